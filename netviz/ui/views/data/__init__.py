"""The tab Data: the images of the data set, the balance of its classes, facts about it."""
