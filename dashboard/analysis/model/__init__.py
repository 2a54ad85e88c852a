"""A discrete-event model of a server: settings, demands and arrivals in, marks out."""
