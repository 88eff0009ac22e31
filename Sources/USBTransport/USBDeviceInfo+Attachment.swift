extension USBDeviceInfo {
    /// Whether both name one stay of one device; what its strings say may have become known in between.
    public func isSameAttachment(as other: USBDeviceInfo) -> Bool {
        path == other.path && generation == other.generation
    }

    /// `04b8:0202`.
    var ids: String {
        [vendorID, productID].map { id in
            let digits = String(id, radix: 16)
            return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        }.joined(separator: ":")
    }

    func with(manufacturer: String?, product: String?, serial: String?, isSimulated: Bool) -> USBDeviceInfo {
        USBDeviceInfo(
            path: path, vendorID: vendorID, productID: productID, bcdDevice: bcdDevice, deviceClass: deviceClass,
            interfaces: interfaces, manufacturer: manufacturer, product: product, serial: serial,
            generation: generation, isSimulated: isSimulated)
    }
}
