using MedStreams.Sources.Csv;

namespace MedStreams.Sources.Tests.Cards;

public sealed class CsvReaderTests
{
    [Fact]
    public void Cells_may_hold_delimiters_line_ends_and_quotation_marks_RFC_4180()
    {
        var records = Read("a,b,c\r\n\"1,5\",\"two\r\nlines\",\"say \"\"so\"\"\"\n,,\n\"\",x,\"\"");

        Assert.Equal([["a", "b", "c"], ["1,5", "two\r\nlines", "say \"so\""], ["", "", ""], ["", "x", ""]], records.Select(r => r.Cells));
        Assert.Equal([1, 2, 4, 5], records.Select(r => r.Line));
        Assert.All(records, r => Assert.Null(r.Fault));
        Assert.Equal("\"1,5\",\"two\r\nlines\",\"say \"\"so\"\"\"", records[1].Text);
    }

    [Fact]
    public void A_record_that_breaks_the_rules_is_told_with_its_line_and_the_next_one_is_read()
    {
        var records = Read("a,b\nx\"y,1\n\"q\"z,2\nok,3\n");

        Assert.Equal([null, "a quotation mark stands within a cell that has none around it", "something stands behind a closing quotation mark", null], records.Select(r => r.Fault));
        Assert.Equal(["ok", "3"], records[3].Cells);
        Assert.Equal((3, "\"q\"z,2"), (records[2].Line, records[2].Text));
    }

    [Fact]
    public void A_quotation_mark_that_is_not_closed_takes_the_rest_of_the_file()
    {
        var records = Read("a\n\"b\nc\n");

        Assert.Equal("a quotation mark is not closed", records[1].Fault);
        Assert.Equal(2, records.Count);
    }

    [Fact]
    public void Lines_with_nothing_in_them_are_told_from_lines_with_an_empty_cell()
    {
        Assert.Equal([false, true, false], Read("a\n\n\"\",\n").Select(r => r.IsBlank));
        Assert.Empty(Read(""));
    }

    [Fact]
    public void Another_delimiter_leaves_commas_alone() => Assert.Equal(["a,b", "c"], Read("a,b\tc", '\t')[0].Cells);

    private static List<CsvRecord> Read(string text, char delimiter = ',')
    {
        var reader = new CsvReader(new StringReader(text), delimiter);
        var records = new List<CsvRecord>();
        while (reader.Read() is { } record)
            records.Add(record);
        return records;
    }
}
