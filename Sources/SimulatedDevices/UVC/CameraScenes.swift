import Foundation

/// What a person may do before the camera, made from photographs. Every such picture is synthetic: it shows that what
/// looks at it does what it should; nothing about error rates follows from it.
extension RGBPicture {
    /// The longest side of a photograph that a scene of 640 × 480 can show.
    public static let sceneHeight = 480
    private static let scene = (width: 640, height: sceneHeight)

    /// Almost black pixels: a room without light, or a covered lens.
    public static func darkness() -> RGBPicture { plain(shade: 6, width: scene.width, height: scene.height) }

    /// Twice as near: head and shoulders of an upright photograph, which are its upper half without the uppermost rows.
    public func closer() -> RGBPicture {
        let top = height / 40
        return part(columns: 0..<width, rows: top..<max(top + 1, top + height / 2))
    }

    /// The largest part in a camera's shape, from the top and the middle: fitted in whole it would get grey bars, by
    /// which liveness takes it for a print.
    public func framed() -> RGBPicture {
        let columns = max(1, min(width, height * Self.scene.width / Self.scene.height))
        let rows = max(1, min(height, width * Self.scene.height / Self.scene.width))
        let left = (width - columns) / 2
        return part(columns: left..<left + columns, rows: 0..<rows)
    }

    /// Two people side by side in a room; what is wider than half of it is cut off at both sides.
    public static func beside(_ left: RGBPicture, _ right: RGBPicture) -> RGBPicture {
        let half = scene.width / 2
        return [left, right].enumerated().reduce(room(width: scene.width, height: scene.height)) { room, person in
            let (place, photo) = (person.offset, person.element)
            let start = place * half + (half - photo.width) / 2
            let top = scene.height - photo.height
            return room.painted(with: photo) { x, y in x / half == place ? (x - start, y - top) : nil }
        }
    }

    /// A print of the photograph with a white border, held up in a room and turned by so many degrees around its
    /// upright axis.
    public func heldUp(tilt degrees: Double) -> RGBPicture {
        let print = bordered(by: height / 30)
        let (sine, cosine) = (sin(degrees * .pi / 180), cos(degrees * .pi / 180))
        let (middle, away) = ((x: Double(Self.scene.width) / 2, y: Double(Self.scene.height) / 2), 1000.0)
        let enlarged = Double(print.height) / (Double(Self.scene.height) * 0.9)
        return Self.room(width: Self.scene.width, height: Self.scene.height).painted(with: print) { x, y in
            // The ray through this pixel meets the turned sheet at `across`.
            let (u, v) = (Double(x) - middle.x, Double(y) - middle.y)
            let across = u * away / (away * cosine + u * sine)
            let down = v * (away - across * sine) / away
            let column = across * enlarged + Double(print.width) / 2
            let row = down * enlarged + Double(print.height) / 2
            return (Int(column.rounded(.down)), Int(row.rounded(.down)))
        }
    }

    private func bordered(by border: Int) -> RGBPicture {
        Self.plain(shade: 235, width: width + 2 * border, height: height + 2 * border)
            .painted(with: self) { ($0 - border, $1 - border) }
    }
}
