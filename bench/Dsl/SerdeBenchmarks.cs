using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using MedStreams.Serialization;
using MedStreams.Serialization.Avro;
using MedStreams.Streams;

namespace MedStreams.Dsl.Bench;

/// <summary>
/// Values written into a buffer that is used again, and read from bytes. The baseline of JSON and Avro is System.Text.Json with generated code over the same
/// value; that of the others is a plain copy of as many bytes.
/// </summary>
public class SerdeBenchmarks : IDisposable
{
    private const string Json = "write an object";
    private const string JsonRead = "read an object";
    private const string Copy = "write 16 bytes";
    private const string CopyRead = "read 16 bytes";
    private const int Times = 1_000;
    private static readonly Visit Value = new(30_000_017, "Radiology, second floor", 12, 37.5, ["opened", "stored", "closed"]);
    private static readonly AvroCodec<Visit> Codec = AvroCodec.For<Visit>();
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly SerdeContext _context = new("topic", false, Headers.Empty);
    private readonly ISerde<Visit> _json = new JsonSerde<Visit>(VisitJson.Default.Visit);
    private readonly ISerde<Visit> _avro = new AvroBinarySerde<Visit>(Codec);
    private readonly GenericSerde _generic = new GenericSerde(AvroCodec.Generic(Codec.Schema));
    private readonly ISerde<Windowed<long>> _windowed = WindowedSerdes.TimeWindowed(Serdes.Int64, TimeSpan.FromMinutes(1));
    private readonly byte[] _jsonBytes = JsonSerializer.SerializeToUtf8Bytes(Value, VisitJson.Default.Visit);
    private readonly byte[] _avroBytes = Codec.Encode(Value);
    private readonly byte[] _text = "sixteen letters."u8.ToArray();
    private readonly byte[] _copy = new byte[16];
    private readonly Utf8JsonWriter _writer = new(Stream.Null);
    private readonly Windowed<long> _window = new(17, new Window(60_000, 120_000));
    private GenericRecord _record = null!;
    private byte[] _windowBytes = [];

    /// <summary>Bytes of the values that are made of others.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _record = _generic.Deserialize(_avroBytes, _context);
        _windowed.Serialize(_window, _buffer, _context);
        _windowBytes = _buffer.WrittenSpan.ToArray();
        WarmUp.Run(
            SystemTextJsonWrite, () => SystemTextJsonRead(), JsonSerdeWrite, JsonSerdeRead, AvroWrite, AvroRead, GenericWrite, GenericRead);
    }

    /// <inheritdoc/>
    [GlobalCleanup]
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _writer.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Times, Baseline = true, Description = "System.Text.Json"), BenchmarkCategory(Json)]
    public void SystemTextJsonWrite()
    {
        for (var i = 0; i < Times; i++)
        {
            _buffer.ResetWrittenCount();
            _writer.Reset(_buffer);
            JsonSerializer.Serialize(_writer, Value, VisitJson.Default.Visit);
            _writer.Flush();
        }
    }

    [Benchmark(OperationsPerInvoke = Times, Description = "JSON serde, write"), BenchmarkCategory(Json)]
    public void JsonSerdeWrite() => Write(_json, Value);

    [Benchmark(OperationsPerInvoke = Times, Description = "Avro serde of a class, write"), BenchmarkCategory(Json)]
    public void AvroWrite() => Write(_avro, Value);

    [Benchmark(OperationsPerInvoke = Times, Description = "Avro serde of generic records, write"), BenchmarkCategory(Json)]
    public void GenericWrite() => Write(_generic, _record);

    [Benchmark(OperationsPerInvoke = Times, Baseline = true, Description = "System.Text.Json"), BenchmarkCategory(JsonRead)]
    public long SystemTextJsonRead()
    {
        var sum = 0L;
        for (var i = 0; i < Times; i++)
            sum += JsonSerializer.Deserialize(_jsonBytes, VisitJson.Default.Visit)!.Patient;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Times, Description = "JSON serde, read"), BenchmarkCategory(JsonRead)]
    public void JsonSerdeRead() => Read(_json, _jsonBytes);

    [Benchmark(OperationsPerInvoke = Times, Description = "Avro serde of a class, read"), BenchmarkCategory(JsonRead)]
    public void AvroRead() => Read(_avro, _avroBytes);

    [Benchmark(OperationsPerInvoke = Times, Description = "Avro serde of generic records, read"), BenchmarkCategory(JsonRead)]
    public void GenericRead() => Read(_generic, _avroBytes);

    [Benchmark(OperationsPerInvoke = Times, Baseline = true, Description = "plain copy"), BenchmarkCategory(Copy)]
    public void CopyWrite()
    {
        for (var i = 0; i < Times; i++)
        {
            _buffer.ResetWrittenCount();
            _buffer.Write(_text);
        }
    }

    [Benchmark(OperationsPerInvoke = Times, Description = "string serde, write"), BenchmarkCategory(Copy)]
    public void StringWrite() => Write(Serdes.String, "sixteen letters.");

    [Benchmark(OperationsPerInvoke = Times, Description = "Int64 serde, write"), BenchmarkCategory(Copy)]
    public void Int64Write() => Write(Serdes.Int64, 17);

    [Benchmark(OperationsPerInvoke = Times, Description = "windowed Int64 serde, write"), BenchmarkCategory(Copy)]
    public void WindowedWrite() => Write(_windowed, _window);

    [Benchmark(OperationsPerInvoke = Times, Baseline = true, Description = "plain copy"), BenchmarkCategory(CopyRead)]
    public long CopyOut()
    {
        var sum = 0L;
        for (var i = 0; i < Times; i++)
        {
            _text.CopyTo(_copy, 0);
            sum += _copy[i & 15];
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Times, Description = "string serde, read"), BenchmarkCategory(CopyRead)]
    public void StringRead() => Read(Serdes.String, _text);

    [Benchmark(OperationsPerInvoke = Times, Description = "Int64 serde, read"), BenchmarkCategory(CopyRead)]
    public void Int64Read() => Read(Serdes.Int64, _text.AsSpan(0, sizeof(long)));

    [Benchmark(OperationsPerInvoke = Times, Description = "windowed Int64 serde, read"), BenchmarkCategory(CopyRead)]
    public void WindowedRead() => Read(_windowed, _windowBytes);

    private void Write<T>(ISerde<T> serde, T value)
    {
        for (var i = 0; i < Times; i++)
        {
            _buffer.ResetWrittenCount();
            serde.Serialize(value, _buffer, _context);
        }
    }

    private void Read<T>(ISerde<T> serde, ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < Times; i++)
            DeadCodeEliminationHelper.KeepAliveWithoutBoxing(serde.Deserialize(bytes, _context));
    }

    private sealed class GenericSerde(AvroCodec<object?> codec) : ISerde<GenericRecord>
    {
        public void Serialize(GenericRecord value, IBufferWriter<byte> destination, in SerdeContext context) =>
            codec.Encode(value, destination);

        public GenericRecord Deserialize(ReadOnlySpan<byte> data, in SerdeContext context) => (GenericRecord)codec.Decode(data)!;
    }
}

/// <summary>What the serdes are measured with.</summary>
internal sealed record Visit(long Patient, string Ward, int Bed, double Temperature, string[] Events);

[JsonSerializable(typeof(Visit))]
internal sealed partial class VisitJson : JsonSerializerContext;
