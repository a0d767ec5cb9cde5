"""Tables, figures, captions and the page for decision-makers."""
