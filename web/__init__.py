"""The web: HTTP turned into the gateway's verbs, and its codes into words.  It never opens a modem."""
