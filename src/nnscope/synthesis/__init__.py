"""Images made by gradient ascent: what a channel, a class or a direction wants to see."""
