/// Where the nose stands between eyes and mouth.
///
/// nose = rightEye + across · (leftEye − rightEye) + down · (mouthMiddle − rightEye). Both numbers stay the same however
/// a flat picture is shifted, turned, scaled or sheared, and nearly so when it is tilted before a camera; on a head,
/// whose nose stands out, `across` grows when it turns to its own left.
struct NosePosition {
    let across: Double
    let down: Double

    /// Right eye, left eye, nose, right and left corner of the mouth; nil where they lie on one line.
    init?(_ points: [(x: Double, y: Double)]) {
        guard points.count == 5 else { return nil }
        let (right, left, nose) = (points[0], points[1], points[2])
        let mouth = (x: (points[3].x + points[4].x) / 2, y: (points[3].y + points[4].y) / 2)
        let eyes = (x: left.x - right.x, y: left.y - right.y)
        let lower = (x: mouth.x - right.x, y: mouth.y - right.y)
        let target = (x: nose.x - right.x, y: nose.y - right.y)
        let area = eyes.x * lower.y - eyes.y * lower.x
        // Below a tenth of the eyes' distance squared the face is in profile and the points say nothing.
        guard area.isFinite, area > 0.1 * (eyes.x * eyes.x + eyes.y * eyes.y), area > 1 else { return nil }
        across = (target.x * lower.y - target.y * lower.x) / area
        down = (eyes.x * target.y - eyes.y * target.x) / area
    }
}
