"""The intake desk: reads what bodies send, screens and checks it, keeps good rows and answers with a receipt."""
