"""What the page draws: how much was sent and received, hour by hour, and how strong the network was."""
