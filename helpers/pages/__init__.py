"""The notebooks as HTML that needs no kernel and no network: pages, decks, handouts."""
