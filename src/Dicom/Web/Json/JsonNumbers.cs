using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;

namespace MedStreams.Dicom.Web;

/// <summary>Numbers of binary VRs in JSON (PS3.18 table F.2.3-1), read from numbers and from strings.</summary>
internal static class JsonNumbers
{
    /// <summary>How many bytes a value takes; 0 where the VR has none that JSON shows as values.</summary>
    public static int Size(DicomVr vr) => vr.ToString() switch
    {
        "US" or "SS" => 2,
        "UL" or "SL" or "FL" or "AT" => 4,
        "FD" or "UV" or "SV" => 8,
        _ => 0,
    };

    /// <summary>The bytes of some values, little endian.</summary>
    public static byte[] Bytes(JsonElement values, DicomVr vr, string path)
    {
        var size = Size(vr);
        if (size == 0)
            throw DicomJsonReader.Malformed(path, $"has a Value, which {vr} cannot have");
        var bytes = new byte[size * values.GetArrayLength()];
        var to = bytes.AsSpan();
        foreach (var value in values.EnumerateArray())
        {
            var text = value.ValueKind switch
            {
                JsonValueKind.Number => value.GetRawText(),
                JsonValueKind.String => value.GetString()!,
                _ => "",
            };
            if (!TryWrite(text, vr, to))
                throw DicomJsonReader.Malformed(path, $"has a value that is none of {vr}");
            to = to[size..];
        }

        return bytes;
    }

    /// <summary>A value as JSON shows it; strings for what is no number there.</summary>
    public static void Write(ReadOnlySpan<byte> value, DicomVr vr, Utf8JsonWriter to)
    {
        switch (vr.ToString())
        {
            case "US":
                to.WriteNumberValue(BinaryPrimitives.ReadUInt16LittleEndian(value));
                break;
            case "SS":
                to.WriteNumberValue(BinaryPrimitives.ReadInt16LittleEndian(value));
                break;
            case "UL":
                to.WriteNumberValue(BinaryPrimitives.ReadUInt32LittleEndian(value));
                break;
            case "SL":
                to.WriteNumberValue(BinaryPrimitives.ReadInt32LittleEndian(value));
                break;
            case "UV": // as text, since a number of JSON has 53 bits for many readers
                to.WriteStringValue(BinaryPrimitives.ReadUInt64LittleEndian(value).ToString(CultureInfo.InvariantCulture));
                break;
            case "SV":
                to.WriteStringValue(BinaryPrimitives.ReadInt64LittleEndian(value).ToString(CultureInfo.InvariantCulture));
                break;
            case "AT":
                to.WriteStringValue($"{BinaryPrimitives.ReadUInt16LittleEndian(value):X4}{BinaryPrimitives.ReadUInt16LittleEndian(value[2..]):X4}");
                break;
            case "FL":
                var single = BinaryPrimitives.ReadSingleLittleEndian(value);
                if (float.IsFinite(single))
                    to.WriteNumberValue((double)single); // exactly, for readers that know no other
                else
                    to.WriteStringValue(single.ToString(CultureInfo.InvariantCulture));
                break;
            default:
                var number = BinaryPrimitives.ReadDoubleLittleEndian(value);
                if (double.IsFinite(number))
                    to.WriteNumberValue(number);
                else
                    to.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
                break;
        }
    }

    private static bool TryWrite(string text, DicomVr vr, Span<byte> to)
    {
        const NumberStyles Any = NumberStyles.Float;
        var culture = CultureInfo.InvariantCulture;
        switch (vr.ToString())
        {
            case "AT":
                var isTag = DicomTag.TryParse(text, out var tag);
                BinaryPrimitives.WriteUInt16LittleEndian(to, tag.Group);
                BinaryPrimitives.WriteUInt16LittleEndian(to[2..], tag.Element);
                return isTag;
            case "US":
                return ushort.TryParse(text, Any, culture, out var us) && BinaryPrimitives.TryWriteUInt16LittleEndian(to, us);
            case "SS":
                return short.TryParse(text, Any, culture, out var ss) && BinaryPrimitives.TryWriteInt16LittleEndian(to, ss);
            case "UL":
                return uint.TryParse(text, Any, culture, out var ul) && BinaryPrimitives.TryWriteUInt32LittleEndian(to, ul);
            case "SL":
                return int.TryParse(text, Any, culture, out var sl) && BinaryPrimitives.TryWriteInt32LittleEndian(to, sl);
            case "UV":
                return ulong.TryParse(text, Any, culture, out var uv) && BinaryPrimitives.TryWriteUInt64LittleEndian(to, uv);
            case "SV":
                return long.TryParse(text, Any, culture, out var sv) && BinaryPrimitives.TryWriteInt64LittleEndian(to, sv);
            case "FL":
                return TryFloat(text, out var single) && BinaryPrimitives.TryWriteSingleLittleEndian(to, (float)single);
            default:
                return TryFloat(text, out var number) && BinaryPrimitives.TryWriteDoubleLittleEndian(to, number);
        }
    }

    /// <summary>Numbers, and the words that stand for what is none: NaN, inf, Infinity, with a sign.</summary>
    private static bool TryFloat(string text, out double number)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number))
            return true;
        number = text.ToUpperInvariant() switch
        {
            "INF" or "+INF" => double.PositiveInfinity,
            "-INF" => double.NegativeInfinity,
            _ => 0,
        };
        return number != 0;
    }
}
