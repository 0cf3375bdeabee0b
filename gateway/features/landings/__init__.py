"""Landing pages: a title, a picture, a text and a button, for whoever follows a link."""
