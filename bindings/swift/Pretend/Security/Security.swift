// What `KeychainVault` uses of Apple's Security framework, under the same names and types, so that it compiles
// and runs where there is no Keychain. It keeps items in memory and says what Apple's documentation says of
// adding twice, of missing items and of a locked device. It only takes what it knows: a word too many in a query
// is an error here.
import Foundation

public typealias OSStatus = Int32
public typealias CFTypeRef = AnyObject
public typealias CFString = NSString
public typealias CFDictionary = NSDictionary

public let errSecSuccess: OSStatus = 0
public let errSecParam: OSStatus = -50
public let errSecDuplicateItem: OSStatus = -25299
public let errSecItemNotFound: OSStatus = -25300
public let errSecInteractionNotAllowed: OSStatus = -25308

nonisolated(unsafe) public let kSecClass: CFString = "class"
nonisolated(unsafe) public let kSecClassGenericPassword: CFString = "genp"
nonisolated(unsafe) public let kSecAttrService: CFString = "svce"
nonisolated(unsafe) public let kSecAttrAccount: CFString = "acct"
nonisolated(unsafe) public let kSecAttrAccessGroup: CFString = "agrp"
nonisolated(unsafe) public let kSecAttrSynchronizable: CFString = "sync"
nonisolated(unsafe) public let kSecAttrAccessible: CFString = "pdmn"
nonisolated(unsafe) public let kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly: CFString = "cku"
nonisolated(unsafe) public let kSecUseDataProtectionKeychain: CFString = "nleg"
nonisolated(unsafe) public let kSecValueData: CFString = "v_Data"
nonisolated(unsafe) public let kSecReturnData: CFString = "r_Data"
nonisolated(unsafe) public let kSecMatchLimit: CFString = "m_Limit"
nonisolated(unsafe) public let kSecMatchLimitOne: CFString = "m_LimitOne"

public func SecItemAdd(_ attributes: CFDictionary, _ result: UnsafeMutablePointer<CFTypeRef?>?) -> OSStatus {
    PretendKeychain.ask(attributes, and: ["v_Data", "pdmn"]) { items, name, words in
        guard words["v_Data"] is Data, result == nil else { return errSecParam }
        guard items[name] == nil else { return errSecDuplicateItem }
        items[name] = words
        return errSecSuccess
    }
}

public func SecItemUpdate(_ query: CFDictionary, _ changes: CFDictionary) -> OSStatus {
    PretendKeychain.ask(query, and: []) { items, name, _ in
        guard items[name] != nil else { return errSecItemNotFound }
        for (word, value) in PretendKeychain.words(changes) {
            guard word == "v_Data" || word == "pdmn" else { return errSecParam }
            items[name]?[word] = value
        }
        return errSecSuccess
    }
}

public func SecItemCopyMatching(_ query: CFDictionary, _ result: UnsafeMutablePointer<CFTypeRef?>?) -> OSStatus {
    PretendKeychain.ask(query, and: ["r_Data", "m_Limit"]) { items, name, words in
        guard words["r_Data"] as? Bool == true, words["m_Limit"] as? String == "m_LimitOne" else { return errSecParam }
        guard let data = items[name]?["v_Data"] as? Data else { return errSecItemNotFound }
        result?.pointee = NSData(data: data)
        return errSecSuccess
    }
}

public func SecItemDelete(_ query: CFDictionary) -> OSStatus {
    PretendKeychain.ask(query, and: []) { items, name, _ in
        items.removeValue(forKey: name) == nil ? errSecItemNotFound : errSecSuccess
    }
}

public func SecCopyErrorMessageString(_ status: OSStatus, _ reserved: UnsafeMutableRawPointer?) -> CFString? {
    "pretended"
}

/// The one Keychain of the process, and what a test does to it.
public enum PretendKeychain {
    private static let lock = NSLock()
    nonisolated(unsafe) private static var items: [String: [String: Any]] = [:]
    nonisolated(unsafe) private static var refusal: OSStatus?

    /// Empties it and opens it, or makes it answer everything with `refusal`.
    public static func reset(refusing refusal: OSStatus? = nil) {
        lock.withLock {
            if refusal == nil { items = [:] }
            self.refusal = refusal
        }
    }

    /// Lets it answer again, with what is in it.
    public static func open() {
        lock.withLock { refusal = nil }
    }

    /// Everything said of each item, as short as the framework's own words.
    public static var everything: [[String: Any]] {
        lock.withLock { Array(items.values) }
    }

    static func words(_ dictionary: CFDictionary) -> [String: Any] {
        var words: [String: Any] = [:]
        for case let (word as String, value) in dictionary { words[word] = value }
        return words
    }

    /// Looks at what `query` names, if it says what an item's name consists of, and nothing else but `others`.
    static func ask(
        _ query: CFDictionary, and others: Set<String>,
        _ answer: (inout [String: [String: Any]], String, [String: Any]) -> OSStatus
    ) -> OSStatus {
        lock.withLock {
            if let refusal { return refusal }
            let words = words(query)
            guard Set(words.keys).subtracting(others).subtracting(["agrp"]) == ["class", "svce", "acct", "sync", "nleg"],
                words["class"] as? String == "genp", let synchronised = words["sync"] as? Bool,
                let service = words["svce"] as? String, let account = words["acct"] as? String
            else { return errSecParam }
            let name = "\(words["agrp"] as? String ?? "")/\(service)/\(account)/\(synchronised)"
            return answer(&items, name, words)
        }
    }
}
