"""The pages for the public: the form by which a child, a parent or a witness reports."""
