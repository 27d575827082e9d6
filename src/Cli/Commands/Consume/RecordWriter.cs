using System.Text.Encodings.Web;
using System.Text.Json;
using Confluent.Kafka;
using MedStreams.Cli.Records;

namespace MedStreams.Cli.Commands.Consume;

/// <summary>Writes records as NDJSON or as lines of text, in large pieces while they come fast.</summary>
internal sealed class RecordWriter : IDisposable
{
    private const int PieceSize = 64 << 10;
    private readonly Stream _output;
    private readonly MemoryStream _piece = new();
    private readonly Utf8JsonWriter? _json;
    private readonly RecordText _text;

    public RecordWriter(Stream output, bool json, IReadOnlyList<string> fields)
    {
        _output = output;
        _text = new RecordText(fields);
        if (json)
            _json = new Utf8JsonWriter(_piece, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    public void Write(ConsumeResult<byte[]?, byte[]?> record)
    {
        if (_json is null)
        {
            _text.Write(_piece, record);
        }
        else
        {
            _json.Reset();
            RecordJson.Write(_json, record);
            _json.Flush();
            _piece.WriteByte((byte)'\n');
        }

        if (_piece.Length >= PieceSize)
            Flush();
    }

    public void Flush()
    {
        if (_piece.Length == 0)
            return;
        _output.Write(_piece.GetBuffer().AsSpan(0, (int)_piece.Length));
        _output.Flush();
        _piece.SetLength(0);
    }

    public void Dispose()
    {
        Flush();
        _json?.Dispose();
    }
}
