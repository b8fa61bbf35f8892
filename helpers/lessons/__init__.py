"""One file per notebook: its explorers, derivations, predictions and exercises, as data."""
