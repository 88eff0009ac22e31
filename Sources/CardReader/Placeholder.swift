// CardReader
