"""The command `report`: what was found, as tables, a page, and charts."""
