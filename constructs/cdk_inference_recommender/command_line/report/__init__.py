"""The command `report`: results as tables, as a page, and as charts."""
