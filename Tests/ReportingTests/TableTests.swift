import Reporting
import Testing

@Suite struct TableTests {
    let table = Table(["class", "images"], rows: [["bird", "5,000"], ["a < b & c", "12"]])

    @Test func numbersAreAlignedToTheRightAndTextToTheLeft() {
        #expect(
            table.text == """
                class      images
                ─────────  ──────
                bird        5,000
                a < b & c      12

                """)
    }

    @Test func htmlIsEscaped() {
        #expect(table.html.contains("<td style=\"text-align: left\">a &lt; b &amp; c</td>"))
        #expect(table.html.contains("<td style=\"text-align: right\">12</td>"))
    }

    @Test func rowsArePaddedOrCutToTheColumnCount() {
        #expect(Table(["a", "b"], rows: [["1"], ["1", "2", "3"]]).rows == [["1", ""], ["1", "2"]])
    }
}

@Suite struct FormatTests {
    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (50000, "50,000"), (-1_234_567, "-1,234,567")])
    func thousandsAreGrouped(number: Int, text: String) {
        #expect(number.grouped == text)
    }

    @Test(
        arguments: [
            (0.0, 2, "0.00"), (0.005, 1, "0.0"), (1.05, 0, "1"), (-0.001, 2, "0.00"), (-1.5, 1, "-1.5"),
            (0.9996, 3, "1.000"), (12.034, 3, "12.034"), (.nan, 2, "nan"), (-.infinity, 2, "-inf"),
            (84.05, 1, "84.1"), (-84.05, 1, "-84.1"), (84.049, 1, "84.0"),
            (99_999_999_999_999, 0, "99999999999999"),
        ])
    func digitsAfterThePointAreFixed(number: Double, digits: Int, text: String) {
        #expect(number.fixed(digits) == text)
    }

    @Test func sharesArePercentages() { #expect(0.8754.percent == "87.5 %") }

    @Test(arguments: [
        (9.37, "9.4 s"), (95, "2 min"), (576.6, "10 min"), (3599, "1 h 0 min"), (3900, "1 h 5 min"),
    ])
    func durationsAreFormattedInSecondsMinutesOrHours(seconds: Double, text: String) {
        #expect(seconds.duration == text)
    }

    @Test func percentagesRoundHalvesUp() {
        for right in 0...10_000 {
            let tenths = (right + 5) / 10
            #expect((Double(right) / 10_000).percent == "\(tenths / 10).\(tenths % 10) %")
        }
    }

    /// Names in Chinese, Korean, Japanese, with emoji, with a combining accent and in Arabic, and the number
    /// of columns that terminals use for each.
    @Test(arguments: [
        ("鳥", 2), ("고양이", 6), ("ねこ (5)", 8), ("🦆", 2), ("❤\u{FE0F}", 2), ("cafe\u{301}", 4), ("سيارة", 5),
    ])
    func wideCharactersTakeTwoColumns(name: String, width: Int) {
        let lines = Table(["class", "images"], rows: [[name, "12"], ["a longer name", "3,456"]]).text
            .split(separator: "\n")
        #expect(lines[2] == name + String(repeating: " ", count: 13 - width + 2 + 4) + "12")
        #expect(lines[3] == "a longer name   3,456")
    }
}
