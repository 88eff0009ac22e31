import Foundation

extension ConfigurationReader {
    func readPlatform(_ section: Section, isProduction: Bool) -> KioskConfiguration.Platform {
        defer { section.refuseUnknownKeys() }
        let certificate = path(section, "certificate_file")
        let key = path(section, "key_file")
        if (certificate == nil) != (key == nil) {
            section.badValue(
                certificate == nil ? "key_file" : "certificate_file", "stands alone",
                allowed: "certificate_file and key_file together, or neither")
        }
        return .init(
            url: readURL(section, isProduction: isProduction), authorityFile: path(section, "ca_file"),
            certificateFile: certificate, keyFile: key, envelopeKeyFile: path(section, "envelope_key_file"),
            heartbeatMinutes: section.integer("heartbeat_minutes", "0 to 1440") { (0...1440).contains($0) } ?? 5)
    }

    func readDisk(_ section: Section) -> KioskConfiguration.Disk {
        defer { section.refuseUnknownKeys() }
        let megabytes = { (key: String, value: Int) in
            section.integer(key, "0 to 1000000") { (0...1_000_000).contains($0) } ?? value
        }
        let disk = KioskConfiguration.Disk(
            telemetryMB: megabytes("telemetry_mb", 512), visitsMB: megabytes("visits_mb", 256),
            reserveMB: megabytes("reserve_mb", 32))
        if disk.telemetryMB < disk.visitsMB {
            section.badValue("telemetry_mb", "is below visits_mb", allowed: "visits_mb or more")
        }
        return disk
    }

    private func readURL(_ section: Section, isProduction: Bool) -> String? {
        guard let text = section.string("url") else { return nil }
        let parts = URLComponents(string: text)
        let isWhole = parts?.host?.isEmpty == false && parts?.user == nil && parts?.password == nil
        guard let scheme = parts?.scheme, ["http", "https"].contains(scheme), isWhole, parts?.query == nil,
            parts?.fragment == nil
        else {
            section.badValue("url", "is \"\(text.prefix(60))\"", allowed: "https://HOST/PATH or http://HOST/PATH")
            return nil
        }
        if isProduction, scheme != "https" {
            section.productionRefuses("url", "is \"\(text.prefix(60))\"", allowed: "https://HOST/PATH")
        }
        return text
    }
}
