import Foundation
import KioskPlatform
import SimulatedDevices
import Testing

/// What is made of photographs, looked at in pixels.
struct CameraSceneTests {
    /// A photograph whose upper half is bright and whose lower half is dark.
    private func photograph(width: Int = 300, height: Int = 600, shade: UInt8 = 200) throws -> RGBPicture {
        let half = width * height / 2 * 3
        return try #require(
            RGBPicture(
                width: width, height: height,
                pixels: [UInt8](repeating: shade, count: half) + [UInt8](repeating: 20, count: half)))
    }

    private func shade(_ picture: RGBPicture, _ x: Int, _ y: Int) -> Int {
        Int(picture.pixels[(y * picture.width + x) * 3])
    }

    @Test func `who comes closer is seen twice as large: head and shoulders fill the picture`() throws {
        let near = try photograph().closer()
        #expect(near.width == 300 && near.height == 300)
        #expect(shade(near, 150, 0) == 200 && shade(near, 150, 280) == 200 && shade(near, 150, 290) == 20)
        let sliver = try #require(RGBPicture(width: 4, height: 1, pixels: [UInt8](repeating: 9, count: 12))).closer()
        #expect(sliver.height == 1, "a picture stays a picture")
    }

    @Test func `what a camera sees of a photograph has the camera's shape, without bars`() throws {
        let sizes = [(300, 600, 300, 225), (900, 600, 800, 600), (640, 480, 640, 480), (4, 1, 1, 1), (1, 8, 1, 1)]
        for (width, height, columns, rows) in sizes {
            let framed = try photograph(width: width, height: height).framed()
            #expect(framed.width == columns && framed.height == rows, "\(width) × \(height)")
        }
        // The middle of the upper part: bright, with the dark half below it cut off.
        let upper = try photograph().framed()
        #expect(shade(upper, 0, 0) == 200 && shade(upper, 299, 224) == 200)
    }

    @Test func `two people stand side by side, and neither hides the other`() throws {
        let scene = RGBPicture.beside(
            try photograph(width: 500, height: 480, shade: 230), try photograph(width: 240, height: 480, shade: 60))
        #expect(scene.width == 640 && scene.height == 480)
        #expect(shade(scene, 10, 100) == 230 && shade(scene, 319, 100) == 230)
        #expect(shade(scene, 325, 100) == 170, "the wall between them")
        #expect(shade(scene, 480, 100) == 60)
    }

    @Test func `a print is held up with its border, narrower when it is turned`() throws {
        let photo = try photograph(width: 320, height: 480)
        func width(_ scene: RGBPicture, at y: Int) -> Int { (0..<640).filter { shade(scene, $0, y) == 200 }.count }
        let (straight, turned) = (photo.heldUp(tilt: 0), photo.heldUp(tilt: 40))
        #expect(shade(straight, 5, 100) == 170, "the wall behind it")
        let border = (0..<640).filter { shade(straight, $0, 100) == 235 }.count
        #expect(border > 10 && border < 60, "\(border)")
        #expect(width(straight, at: 100) > 200)
        let ratio = Double(width(turned, at: 100)) / Double(width(straight, at: 100))
        #expect(ratio > 0.65 && ratio < 0.85, "cos 40° is 0.77, the ratio \(ratio)")
    }

    @Test func `a photograph is read as large as asked, and what is none is refused`() throws {
        let jpeg = try photograph().jpeg()
        let small = try #require(RGBPicture(jpeg: jpeg, longest: 100))
        #expect(small.width == 50 && small.height == 100)
        #expect(abs(shade(small, 25, 20) - 200) < 6)
        #expect(RGBPicture(jpeg: jpeg)?.height == 600)
        #expect(RGBPicture(jpeg: Array(jpeg.prefix(200))) == nil)
        #expect(RGBPicture(jpeg: []) == nil)
        #expect(RGBPicture(width: 2, height: 2, pixels: [1]) == nil)
    }

    @Test func `darkness is almost black`() {
        let dark = RGBPicture.darkness()
        #expect(dark.pixels.allSatisfy { $0 < 12 } && dark.width == 640)
    }
}
