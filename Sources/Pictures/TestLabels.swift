import BigEggs
import Foundation

/// A list of test pictures and their classes, such as ImageNet's list of validation pictures.
///
/// Each line has the name of a file, with or without its folder and extension, and its class: the name of the class's
/// folder, or the folder's number among the sorted names, from 0. Name and class are separated by a space, a tab or a
/// comma; the rest of the line is ignored. Caffe's `val.txt` and Kaggle's `LOC_val_solution.csv` have this format;
/// Kaggle's file begins with a line of column names.
struct TestLabels {
    /// The list's file, as it was given.
    let path: String
    private let lines: [Line]

    private struct Line {
        let number: Int
        let name: RawPath
        let label: String
    }

    /// Reads a list.
    ///
    /// - Throws: ``PictureFolderError/noList(file:reason:)``, ``PictureFolderError/labelLine(file:line:text:)``.
    init(_ path: String) throws {
        self.path = path
        lines = try ListFile.lines(of: path).map { number, line in
            let words = line.split(maxSplits: 2, whereSeparator: ListFile.parts)
            guard words.count > 1, let name = words[0].split(separator: UInt8(ascii: "/")).last else {
                throw PictureFolderError.labelLine(
                    file: path, line: number, text: RawPath(bytes: Array(line)).text)
            }
            return Line(
                number: number, name: RawPath(bytes: Array(name)), label: RawPath(bytes: Array(words[1])).text
            )
        }
    }

    /// Whether a folder contains at least one of the listed pictures.
    func isAbout(_ folder: Folder) -> Bool {
        let files = Self.filesByName(folder.files)
        return lines.contains { files[$0.name] != nil }
    }

    /// The listed pictures of a folder with their labels, the number of pictures that are not listed, and the number of
    /// lines without a picture.
    ///
    /// - Parameter classFolders: the names of the classes' folders, sorted.
    /// - Throws: ``PictureFolderError/unknownLabel(file:line:label:classes:)``.
    func labelled(
        _ folder: Folder, classFolders: [String]
    ) throws -> (files: [(name: RawPath, label: Int)], unlisted: Int, missing: Int) {
        let files = Self.filesByName(folder.files)
        // A first line may have the names of the columns.
        let isHeading = lines.first.map {
            files[$0.name] == nil && !classFolders.contains($0.label) && Int($0.label) == nil
        }
        let lines = lines.dropFirst(isHeading == true ? 1 : 0)
        let numbers = Dictionary(
            classFolders.enumerated().map { ($1, $0) }, uniquingKeysWith: { one, _ in one })
        func byNumber(_ line: Line) -> Int? {
            Int(line.label).flatMap { classFolders.indices.contains($0) ? $0 : nil }
        }
        func byName(_ line: Line) -> Int? { numbers[line.label] }
        // Either all lines have names of folders or all have numbers. The names may themselves be numbers.
        let areNames =
            lines.allSatisfy { byName($0) != nil }
            || !lines.allSatisfy { byNumber($0) != nil } && lines.first.map { byName($0) != nil } == true
        var labels: [RawPath: (label: Int, line: Int)] = [:]
        var missing = 0
        for line in lines {
            guard let label = areNames ? byName(line) : byNumber(line) else {
                throw PictureFolderError.unknownLabel(
                    file: path, line: line.number, label: line.label, classes: classFolders.count)
            }
            guard let file = files[line.name] else {
                missing += 1
                continue
            }
            if let before = labels[file], before.label != label {
                throw PictureFolderError.twoLabels(
                    file: path, lines: [before.line, line.number], name: line.name.text)
            }
            labels[file] = (label, line.number)
        }
        return (
            folder.files.compactMap { file in labels[file].map { (file, $0.label) } },
            Set(files.values).count { labels[$0] == nil }, missing
        )
    }

    /// Sentences for users about pictures and lines that do not match.
    func remarks(_ folder: Folder, _ unlisted: Int, _ missing: Int) -> [String] {
        func pictures(_ count: Int) -> String { "\(count) \(count == 1 ? "picture" : "pictures")" }
        return
            (unlisted == 0
            ? [] : ["Not used: \(pictures(unlisted)) in \(folder.path.text) that \(path) has no class for."])
            + (missing == 0
                ? [] : ["Not there: \(pictures(missing)) of \(path), in \(folder.path.text)."])
    }

    /// Files by their names, and by their names without extensions.
    private static func filesByName(_ files: [RawPath]) -> [RawPath: RawPath] {
        var byName: [RawPath: RawPath] = [:]
        for file in files {
            if let dot = file.bytes.lastIndex(of: UInt8(ascii: ".")) {
                byName[RawPath(bytes: Array(file.bytes[..<dot]))] = file
            }
        }
        for file in files { byName[file] = file }
        return byName
    }
}

/// A list of class names for folders with other names, such as WordNet's numbers.
///
/// Each line has a folder's name, then a space, a tab or a comma, then the name of the class:
/// `n01440764 tench, Tinca tinca`. Caffe's `synset_words.txt` and Kaggle's `LOC_synset_mapping.txt` have this format.
/// If a class has several names, the first is taken, unless another class has it too.
enum ClassNameList {
    /// The names of the classes.
    ///
    /// - Parameter folders: the names of their folders.
    /// - Throws: ``PictureFolderError/noList(file:reason:)``, ``PictureFolderError/labelLine(file:line:text:)`` or
    ///   ``PictureFolderError/noClassName(file:folder:)``.
    static func names(_ path: String, for folders: [String]) throws -> [String] {
        var names: [String: String] = [:]
        for (number, line) in try ListFile.lines(of: path) {
            let words = line.split(maxSplits: 1, whereSeparator: ListFile.parts)
            let name = words.last.map {
                RawPath(bytes: Array($0)).text.trimmingCharacters(in: ListFile.separators)
            }
            guard words.count == 2, let name, !name.isEmpty else {
                throw PictureFolderError.labelLine(
                    file: path, line: number, text: RawPath(bytes: Array(line)).text)
            }
            names[RawPath(bytes: Array(words[0])).text] = name
        }
        let whole = try folders.map { folder in
            guard let name = names[folder] else {
                throw PictureFolderError.noClassName(file: path, folder: folder)
            }
            return name
        }
        let first = whole.map { name in
            (name.split(separator: ",").first.map(String.init) ?? name).trimmingCharacters(in: .whitespaces)
        }
        func isAlone(_ name: String, in names: [String]) -> Bool { names.count { $0 == name } == 1 }
        return folders.indices.map { index in
            if isAlone(first[index], in: first) { return first[index] }
            return isAlone(whole[index], in: whole) ? whole[index] : "\(whole[index]) (\(folders[index]))"
        }
    }
}

/// A text file with one item per line, whose bytes need not be UTF-8.
private enum ListFile {
    /// The lines that are not empty, with their numbers from 1.
    static func lines(of path: String) throws -> [(number: Int, line: ArraySlice<UInt8>)] {
        try bytes(of: path).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .enumerated()
            .map { ($0 + 1, $1.last == UInt8(ascii: "\r") ? $1.dropLast() : $1) }
            .filter { !$1.allSatisfy(parts) }
    }

    private static func bytes(of path: String) throws -> [UInt8] {
        do {
            let file = try InputFile(bytes: Array(path.utf8), named: path)
            let bytes = try file.readAll(file.size)
            // Some programs write a byte order mark.
            return bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        } catch {
            let reason =
                switch error {
                case DataError.notFound: "there is no such file"
                case DataError.unreadable(_, let reason): reason
                default: "it is not a file"
                }
            throw PictureFolderError.noList(file: path, reason: reason)
        }
    }

    /// The characters to trim around a name.
    static let separators = CharacterSet(charactersIn: " \t,")

    static func parts(_ byte: UInt8) -> Bool {
        [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: ",")].contains(byte)
    }
}
