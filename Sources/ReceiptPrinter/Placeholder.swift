// ReceiptPrinter
