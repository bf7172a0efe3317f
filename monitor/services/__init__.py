"""One answer to each question, whoever asks: a page, a command, the daemon, a program that watches it."""
