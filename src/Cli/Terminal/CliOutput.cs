using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace MedStreams.Cli.Terminal;

/// <summary>
/// Data on standard output: a laid-out table for a person at a terminal, TSV without header otherwise, JSON where asked.
/// </summary>
internal sealed class CliOutput(CliEnvironment environment, bool json)
{
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly byte[] NewLine = [(byte)'\n'];

    /// <summary>Whether JSON was asked for.</summary>
    public bool Json { get; } = json;

    /// <summary>Whether a person reads, so that words around the data are welcome.</summary>
    public bool IsForPeople { get; } = environment.OutputIsTerminal && !json;

    /// <summary>Whether colours are welcome.</summary>
    public bool Color { get; } =
        environment.OutputIsTerminal && !json && !environment.Variables.ContainsKey("NO_COLOR")
        && environment.Variables.GetValueOrDefault("TERM") != "dumb";

    /// <summary>Writes all rows at once; as JSON an array of objects.</summary>
    public void Write(Table table)
    {
        if (Json)
            WriteJson(writer => WriteRows(writer, table));
        else if (IsForPeople)
            WriteLaidOut(table);
        else
            WriteText(string.Concat(table.Rows.Select(row => string.Join('\t', row.Select(Plain)) + "\n")));
    }

    /// <summary>For people: writes all rows in the place of what was written before, below a line.</summary>
    public void Redraw(Table table, string line)
    {
        WriteText(environment.Variables.GetValueOrDefault("TERM") == "dumb" ? "\n" : "\e[H\e[J");
        WriteText(line + "\n");
        WriteLaidOut(table);
    }

    /// <summary>Writes one JSON value and ends the line.</summary>
    public void WriteJson(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, JsonOptions))
            write(writer);
        buffer.Write(NewLine);
        environment.Output.Write(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    /// <summary>Writes a text as it is.</summary>
    public void WriteText(string text) => environment.Output.Write(Encoding.UTF8.GetBytes(text));

    /// <summary>Writes a line for people; nothing in the other forms.</summary>
    public void Note(string line)
    {
        if (IsForPeople)
            WriteText(line + "\n");
    }

    private void WriteLaidOut(Table table)
    {
        using var text = new StreamWriter(environment.Output, leaveOpen: true);
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(text),
            Ansi = Color ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = Color ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        var layout = new Spectre.Console.Table().Border(TableBorder.Simple);
        foreach (var (index, column) in table.Columns.Index())
        {
            var isNumber = table.Rows.Count > 0 && table.Rows.All(row => row[index] is null or int or long or double);
            var header = new TableColumn(new Text(column, new Style(decoration: Decoration.Bold)));
            layout.AddColumn(isNumber ? header.RightAligned() : header);
        }

        foreach (var row in table.Rows)
            layout.AddRow(row.Select(cell => new Text(Plain(cell))));
        console.Write(layout);
    }

    private static void WriteRows(Utf8JsonWriter writer, Table table)
    {
        writer.WriteStartArray();
        foreach (var row in table.Rows)
        {
            writer.WriteStartObject();
            foreach (var (index, column) in table.Columns.Index())
            {
                writer.WritePropertyName(column);
                JsonSerializer.Serialize(writer, row[index], row[index]?.GetType() ?? typeof(object));
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>A cell as text: no tab and no line break inside.</summary>
    private static string Plain(object? cell) => cell switch
    {
        null => "",
        bool truth => truth ? "true" : "false",
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        _ => cell.ToString()!.ReplaceLineEndings(" ").Replace('\t', ' '),
    };
}
