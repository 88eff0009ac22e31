// CameraCapture
