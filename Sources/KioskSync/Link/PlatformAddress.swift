import Foundation
import KioskModel
import KioskPlatform

/// Where records go: the configuration's address, or what an order has put in its place.
public struct PlatformAddress: Codable, Sendable, Hashable {
    public let url: String?
    /// Who said so: `configuration`, `envelope N`, or a person's name.
    public let by: String
    /// The configured address that the order was given over. Once the configuration says another, it counts again.
    let over: String?
    /// SHA-256 of the platform's order that was followed last: an order is followed once.
    let envelope: String?

    /// The address that counts in a kiosk's data folder; a file that is damaged says nothing.
    public static func read(folder: String, configured: String?) -> PlatformAddress {
        if let bytes = try? BoundedFile.read(path(folder), limit: 1 << 14),
            let ordered = try? JSONDecoder().decode(PlatformAddress.self, from: Data(bytes))
        {
            if ordered.over == configured { return ordered }
            return PlatformAddress(url: configured, by: "configuration", over: nil, envelope: ordered.envelope)
        }
        return PlatformAddress(url: configured, by: "configuration", over: nil, envelope: nil)
    }

    /// Keeps an order. Throws `storeWriteFailed`.
    static func order(
        _ url: String, by person: String, envelope: String?, folder: String, configured: String?
    ) async throws(Fault) -> PlatformAddress {
        let address = PlatformAddress(url: url, by: person, over: configured, envelope: envelope)
        do {
            let bytes = Array(try JSONEncoder().encode(address))
            try await onOwnThread("address") { try AtomicFile.write(bytes, to: path(folder), mode: 0o640) }
        } catch {
            throw Fault(.storeWriteFailed, "\(path(folder)): \(error)")
        }
        return address
    }

    /// A person's order while kioskd is down; the caller has its place. The platform's last order stays followed.
    ///
    /// Throws `configBadValue` where the URL is no platform's, `storeWriteFailed`.
    public static func readdress(
        _ url: String, by person: String, _ settings: PlatformLink.Settings
    ) async throws(Fault) -> PlatformAddress {
        try FHIRPlatformClient.check(url, allowsPlainHTTP: settings.allowsPlainHTTP)
        let present = read(folder: settings.folder, configured: settings.configuredURL)
        return try await order(
            url, by: person, envelope: present.envelope, folder: settings.folder, configured: settings.configuredURL)
    }

    private static func path(_ folder: String) -> String { folder + "/platform.json" }
}
