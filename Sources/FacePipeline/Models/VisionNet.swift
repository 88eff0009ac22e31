import CVision

/// One loaded network; used by one thread at a time.
final class VisionNet {
    let handle: OpaquePointer

    /// Nil where the bytes are no model that OpenCV can run.
    init?(onnx bytes: [UInt8]) {
        guard let handle = cvision_net_load(bytes, bytes.count) else { return nil }
        self.handle = handle
    }

    deinit { cvision_net_free(handle) }
}
