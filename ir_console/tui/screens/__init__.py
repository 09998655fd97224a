"""The live screen, and the dialogs that stand over it for a moment."""
