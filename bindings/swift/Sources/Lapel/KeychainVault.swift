#if canImport(Security)
import Foundation
import Security

/// Keeps the book's keys in the Keychain of this device.
///
/// Items are generic passwords that never leave the device: not through iCloud, and in no backup that another
/// device could read. They can be read from the first unlock after a start, so that an app in the background
/// finds its book; before that every call throws `VaultError.Locked`. A book that is restored onto another device
/// has no key there.
///
/// Type-checked, and tested against a pretend Keychain. Not proven on a device.
public final class KeychainVault: KeyVault {
    private let service: String
    private let accessGroup: String?

    /// - Parameters:
    ///   - service: the name that all items are kept under; two vaults of one name share their keys.
    ///   - accessGroup: a Keychain access group of the app's entitlements, to share the book with an app
    ///     extension; the app's own if `nil`.
    public init(service: String = "dev.lapel.keys", accessGroup: String? = nil) {
        self.service = service
        self.accessGroup = accessGroup
    }

    public func store(id: String, key: Data) throws {
        try keep(key, account: id)
    }

    public func load(id: String) throws -> Data {
        guard let key = try find(account: id) else { throw VaultError.Missing }
        return key
    }

    public func destroy(id: String) throws {
        try remove(account: id)
    }

    public func keepHead(store: String, head: Data?) throws {
        if let head {
            try keep(head, account: Self.headAccount(store))
        } else {
            try remove(account: Self.headAccount(store))
        }
    }

    public func head(store: String) throws -> Data? {
        try find(account: Self.headAccount(store))
    }

    /// No key's id begins like this.
    private static func headAccount(_ store: String) -> String { "head-\(store)" }

    private func keep(_ data: Data, account: String) throws {
        // Updated in place and not deleted first: there is no moment without the one or the other.
        let value: [CFString: Any] = [
            kSecValueData: data,
            kSecAttrAccessible: kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly,
        ]
        let item = item(account)
        var status = SecItemUpdate(item as CFDictionary, value as CFDictionary)
        if status == errSecItemNotFound {
            status = SecItemAdd(item.merging(value) { _, new in new } as CFDictionary, nil)
        }
        // Somebody else added it in between.
        if status == errSecDuplicateItem {
            status = SecItemUpdate(item as CFDictionary, value as CFDictionary)
        }
        try Self.check(status)
    }

    private func find(account: String) throws -> Data? {
        var query = item(account)
        query[kSecReturnData] = true
        query[kSecMatchLimit] = kSecMatchLimitOne
        var found: CFTypeRef?
        let status = SecItemCopyMatching(query as CFDictionary, &found)
        if status == errSecItemNotFound { return nil }
        try Self.check(status)
        guard let data = found as? Data else {
            throw VaultError.Failed(reason: "the Keychain gave something other than data")
        }
        return data
    }

    private func remove(account: String) throws {
        let status = SecItemDelete(item(account) as CFDictionary)
        if status != errSecItemNotFound { try Self.check(status) }
    }

    private func item(_ account: String) -> [CFString: Any] {
        var item: [CFString: Any] = [
            kSecClass: kSecClassGenericPassword,
            kSecAttrService: service,
            kSecAttrAccount: account,
            kSecAttrSynchronizable: false,
            // On a Mac the older keychain, of files, would not heed when an item may be read.
            kSecUseDataProtectionKeychain: true,
        ]
        if let accessGroup { item[kSecAttrAccessGroup] = accessGroup }
        return item
    }

    private static func check(_ status: OSStatus) throws {
        switch status {
        case errSecSuccess: return
        case errSecInteractionNotAllowed: throw VaultError.Locked
        default:
            let words = SecCopyErrorMessageString(status, nil).map { "\($0)" } ?? "no description"
            throw VaultError.Failed(reason: "Keychain error \(status): \(words)")
        }
    }
}
#endif
