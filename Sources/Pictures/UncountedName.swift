/// Files and folders that programs keep beside pictures. They are ignored, as classes and as pictures.
enum UncountedName {
    /// What each file or folder is, by its name in lower case.
    static let reasons = [
        "thumbs.db": "Windows Explorer's previews",
        "ehthumbs.db": "Windows Media Center's previews",
        "ehthumbs_vista.db": "Windows Media Center's previews",
        "desktop.ini": "how Windows Explorer shows a folder",
        "$recycle.bin": "what Windows users deleted",
        "system volume information": "Windows' notes on a drive",
        "found.000": "what Windows' chkdsk found",
        "lost+found": "what a check of ext4 finds",
        "__macosx": "what macOS's zip adds to each file",
        "icon\r": "a folder's icon on macOS",
        "network trash folder": "what users of a Mac deleted on a server",
        "temporary items": "files that a Mac keeps open on a server",
        "@eadir": "Synology's previews, one for each picture",
        "#recycle": "what users of a Synology deleted",
        "#snapshot": "a Synology's earlier states",
        "@tmp": "files that a Synology is at work on",
        "@recycle": "what users of a QNAP deleted",
        "@recently-snapshot": "a QNAP's earlier states",
        "picasa.ini": "Picasa's notes",
        "zbthumbnail.info": "ZoomBrowser's previews",
    ]

    /// Whether a name is ignored. Names that begin with a dot are ignored, because systems hide them (`._cat.jpg`,
    /// `.DS_Store`, `.thumbnails`, `.picasa.ini`, `.ipynb_checkpoints`).
    static func includes(_ name: RawPath) -> Bool {
        name.bytes.first == UInt8(ascii: ".") || reasons[name.text.lowercased()] != nil
    }
}
