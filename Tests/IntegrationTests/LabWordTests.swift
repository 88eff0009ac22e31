import Foundation
import KioskLab
import KioskTestSupport
import SimulatedDevices
import Testing

/// What is said to the laboratory about its camera, and what the camera's folder then holds.
@Suite(.serialized) struct LabWordTests {
    private func words(_ body: (LabControl, LabFolder) async throws -> Void) async throws {
        let kiosk = LiveKiosk()
        do {
            try FileManager.default.createDirectory(atPath: kiosk.folder.path, withIntermediateDirectories: true)
            try Provisioning.prepare(kiosk.folder)
            try await kiosk.stack.start(.lab)
            try await body(kiosk.control, kiosk.folder)
            await kiosk.stack.stop()
        } catch {
            await kiosk.stack.stop()
            throw error
        }
    }

    /// A photograph of one shade, 300 × 400.
    private func photograph(_ name: String, _ shade: UInt8, in folder: LabFolder) throws -> String {
        let pixels = [UInt8](repeating: shade, count: 300 * 400 * 3)
        let picture = try #require(RGBPicture(width: 300, height: 400, pixels: pixels))
        try Data(picture.jpeg()).write(to: URL(fileURLWithPath: folder.file(name)))
        return folder.file(name)
    }

    private func seen(_ folder: LabFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.camera).filter { !$0.hasPrefix(".") }.sorted()
    }

    private func picture(_ folder: LabFolder, _ name: String = "01.jpg") throws -> RGBPicture {
        try #require(RGBPicture(jpeg: Array(try Data(contentsOf: URL(fileURLWithPath: folder.camera + "/" + name)))))
    }

    @Test(.timeLimit(.minutes(1)))
    func `each word about the camera changes what it sees`() async throws {
        try await words { control, folder in
            let (one, two) = (
                try photograph("one.jpg", 200, in: folder), try photograph("two.jpg", 60, in: folder)
            )
            _ = try photograph("one-left.jpg", 120, in: folder)
            try await control.say("show \(one) \(two)")
            #expect(try seen(folder) == ["01.jpg", "02.jpg"])
            #expect(try picture(folder).height == 400)
            try await control.say("show \(one)")
            try await control.say("come closer")
            #expect(try seen(folder) == ["01.jpg"])
            #expect(try picture(folder).height == 200)
            try await control.say("look left")
            #expect(abs(Int(try picture(folder).pixels[0]) - 120) < 5)
            await refused("one-right.jpg") { try await control.say("look right") }
            #expect(abs(Int(try picture(folder).pixels[0]) - 120) < 5, "what can't be shown changes nothing")
            try await control.say("look ahead")
            try await control.say("step back")
            try await control.say("show two people \(one) \(two)")
            let both = try picture(folder)
            #expect(both.width == 640 && both.height == 480)
            try await control.say("hold up photo \(one)")
            #expect(try seen(folder).count == 4)
            try await control.say("show dark")
            #expect(try picture(folder).pixels.allSatisfy { $0 < 20 })
            try await control.say("show nobody")
            #expect(try seen(folder).isEmpty)
            await refused("no picture") { try await control.say("show /nowhere.jpg") }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a script is played in its order and time, and one with a mistake not at all`() async throws {
        try await words { control, folder in
            let one = try photograph("one.jpg", 200, in: folder)
            func script(_ text: String) throws -> String {
                try Data(text.utf8).write(to: URL(fileURLWithPath: folder.file("script")))
                return folder.file("script")
            }
            let began = ContinuousClock.now
            let told = try await control.say(
                "play \(try script("# a visit to the camera\n0 show nobody\n\n0.4 show \(one) # there\n1.5 show dark\n"))"
            )
            #expect(told == "3 steps")
            let cameraFolder = folder.camera
            await expectEventually {
                (try? FileManager.default.destinationOfSymbolicLink(atPath: cameraFolder + "/01.jpg")) == one
            }
            await expectEventually {
                FileManager.default.fileExists(atPath: cameraFolder + "/01.jpg")
                    && (try? FileManager.default.destinationOfSymbolicLink(atPath: cameraFolder + "/01.jpg")) == nil
            }
            #expect(ContinuousClock.now - began >= .milliseconds(1900))
            try await control.say("show nobody")
            await refused("line 2") { try await control.say("play \(try script("0 show dark\n0 dance\n"))") }
            await refused("seconds") { try await control.say("play \(try script("show dark\n"))") }
            await refused("no script") { try await control.say("play /nowhere") }
            #expect(try seen(folder).isEmpty, "nothing of a script with a mistake is played")
            try await control.say("play \(try script("0.5 show dark\n"))")
            try await control.say("stop playing")
            try await Task.sleep(for: .milliseconds(700))
            #expect(try seen(folder).isEmpty)
        }
    }

    private func refused(_ words: String, _ body: () async throws -> Void) async {
        do {
            try await body()
            Issue.record("not refused")
        } catch {
            #expect("\(error)".contains(words), "\(error)")
        }
    }
}
