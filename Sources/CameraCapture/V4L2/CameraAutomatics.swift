import CV4L2

/// A camera's automatic exposure and white balance, through its V4L2 controls (videodev2.h, camera and user classes).
///
/// Many cameras have only some of these controls; what is missing is left as it is.
struct CameraAutomatics {
    private struct Pair {
        let automatic: UInt32
        /// In the order of preference: not every camera has every mode.
        let on: [Int32]
        let off: Int32
        let value: UInt32
    }

    private static let pairs = [
        // Aperture priority, or all by itself; a camera with a fixed aperture has one of the two.
        Pair(automatic: cv4l2_exposure_auto, on: [3, 0], off: 1, value: cv4l2_exposure_absolute),
        Pair(automatic: cv4l2_auto_white_balance, on: [1], off: 0, value: cv4l2_white_balance_temperature),
    ]

    let descriptor: Int32

    /// Lets the camera find both by itself, as at its first start; it may have been left otherwise.
    func release() {
        for pair in Self.pairs {
            _ = pair.on.first { cv4l2_set_control(descriptor, pair.automatic, $0) == 0 }
        }
    }

    /// Keeps both as they are now.
    func hold() {
        for pair in Self.pairs {
            var value: Int32 = 0
            let isKnown = cv4l2_get_control(descriptor, pair.value, &value) == 0
            guard cv4l2_set_control(descriptor, pair.automatic, pair.off) == 0, isKnown else { continue }
            _ = cv4l2_set_control(descriptor, pair.value, value)
        }
    }
}
