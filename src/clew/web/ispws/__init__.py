"""The CyberTipline interface from the clearinghouse's side: today the strict server that a platform tries itself on."""
