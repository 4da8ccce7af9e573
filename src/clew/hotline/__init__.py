"""A reported address becomes a removed one: assessed, the police first, whoever hosts it told, and looked at again."""
