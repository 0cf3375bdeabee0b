"""What the appliance can say of itself, from the wall plug to the network: what is well, what is not, and a
bundle of it for whoever helps, in which no number, text or secret stands.
"""
