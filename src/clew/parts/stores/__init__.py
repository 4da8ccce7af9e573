"""The stores: databases that hold everything Clew knows, except bytes."""
