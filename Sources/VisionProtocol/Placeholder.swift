// VisionProtocol
