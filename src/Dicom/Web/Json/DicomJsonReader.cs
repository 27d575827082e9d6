using System.Globalization;
using System.Text.Json;
using MedStreams.Dicom.Text;

namespace MedStreams.Dicom.Web;

/// <summary>
/// Reads the DICOM JSON Model (PS3.18 Annex F). Tolerant where there is no doubt: tags in small letters, a missing <c>vr</c> of a known tag, numbers as strings, names as plain
/// strings, members in any order. Pure; safe for concurrent use.
/// </summary>
public static class DicomJsonReader
{
    /// <summary>
    /// A data set of a JSON object. Text is UTF-8, whatever (0008,0005) says there; a value that is elsewhere has <see cref="DicomElement.BulkDataUri"/>.
    /// </summary>
    /// <exception cref="DicomWebException">It is none: names the attribute, and nothing of its value.</exception>
    public static DicomDataSet Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw Malformed("", "is no object");
        var dataSet = new DicomDataSet { AssumedCharacterSet = SpecificCharacterSet.Utf8 };
        if (Fill(dataSet, json, "") || !IsAscii(dataSet))
            dataSet.Set(Tags.SpecificCharacterSet, DicomVr.CS, "ISO_IR 192");
        return dataSet;
    }

    private static bool IsAscii(DicomDataSet dataSet) => dataSet.Elements.All(
        e => e.Items?.All(item => IsAscii(item.DataSet)) ?? !e.Vr.UsesCharacterSet || System.Text.Ascii.IsValid(e.Value.Span));

    /// <summary>Puts the attributes of an object into a data set, in the order of their tags; answers whether one of them is (0008,0005), which is left out.</summary>
    private static bool Fill(DicomDataSet dataSet, JsonElement json, string path)
    {
        var saysCharacterSet = false;
        var attributes = new SortedDictionary<DicomTag, JsonElement>();
        foreach (var member in json.EnumerateObject())
        {
            if (member.Name.Length != 8 || !DicomTag.TryParse(member.Name, out var tag))
                throw Malformed(path, "has a member whose name is no tag");
            if (!attributes.TryAdd(tag, member.Value))
                throw Malformed($"{path}{tag}", "is there twice");
        }

        foreach (var (tag, value) in attributes)
        {
            if (tag == Tags.SpecificCharacterSet)
                saysCharacterSet = true;
            else if (!tag.IsGroupLength)
                dataSet.Append(Attribute(dataSet, tag, value, $"{path}{tag}"));
        }

        return saysCharacterSet;
    }

    private static DicomElement Attribute(DicomDataSet dataSet, DicomTag tag, JsonElement json, string path)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw Malformed(path, "is no object");
        var vr = Vr(tag, json, path);
        if (json.TryGetProperty("BulkDataURI", out var uri))
            return DicomElement.Elsewhere(tag, vr, uri.ValueKind == JsonValueKind.String ? uri.GetString()! : throw Malformed(path, "has a BulkDataURI that is no string"));
        if (json.TryGetProperty("InlineBinary", out var binary))
            return DicomElement.Of(tag, vr, Base64(binary, path));
        if (!json.TryGetProperty("Value", out var values) || values.ValueKind == JsonValueKind.Null)
            return vr == DicomVr.SQ ? DicomElement.Sequence(tag, []) : DicomElement.Of(tag, vr, default);
        if (values.ValueKind != JsonValueKind.Array)
            throw Malformed(path, "has a Value that is no array");
        if (vr == DicomVr.SQ)
            return DicomElement.Sequence(tag, Items(dataSet, values, path));
        return vr.IsText ? Text(dataSet, tag, vr, values, path) : DicomElement.Of(tag, vr, JsonNumbers.Bytes(values, vr, path));
    }

    private static DicomVr Vr(DicomTag tag, JsonElement json, string path)
    {
        if (!json.TryGetProperty("vr", out var vr))
            return Dictionary.VrOf(tag);
        return vr.ValueKind == JsonValueKind.String && vr.GetString() is { Length: 2 } letters && letters.All(char.IsAsciiLetterUpper)
            ? DicomVr.Of(letters)
            : throw Malformed(path, "has a vr that is none");
    }

    private static List<DicomItem> Items(DicomDataSet dataSet, JsonElement values, string path)
    {
        var items = new List<DicomItem>();
        foreach (var value in values.EnumerateArray())
        {
            var item = new DicomDataSet(dataSet, isBigEndian: false);
            var itemPath = string.Create(CultureInfo.InvariantCulture, $"{path}[{items.Count}].");
            if (value.ValueKind == JsonValueKind.Object)
                Fill(item, value, itemPath);
            else if (value.ValueKind != JsonValueKind.Null)
                throw Malformed(itemPath, "is no object");
            items.Add(new DicomItem(item));
        }

        return items;
    }

    private static DicomElement Text(DicomDataSet dataSet, DicomTag tag, DicomVr vr, JsonElement values, string path)
    {
        var texts = new List<string>();
        foreach (var value in values.EnumerateArray())
            texts.Add(Text(vr, value, path));
        try
        {
            return DicomElement.Of(tag, vr, texts is [] or [""] ? default(ReadOnlyMemory<byte>) : dataSet.CharacterSet.Bytes(texts, vr));
        }
        catch (ArgumentException)
        {
            throw Malformed(path, $"has a value that {vr} cannot hold");
        }
    }

    private static string Text(DicomVr vr, JsonElement value, string path) => value.ValueKind switch
    {
        JsonValueKind.Null => "",
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number when vr == DicomVr.IS && value.TryGetDouble(out var number) && Math.Abs(number) < 1e15 && Math.Floor(number) == number =>
            ((long)number).ToString(CultureInfo.InvariantCulture),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.Object when vr == DicomVr.PN => Name(value, path),
        _ => throw Malformed(path, $"has a value that is none of {vr}"),
    };

    /// <summary>The groups of a name, as they stand in a data set (PS3.5 section 6.2).</summary>
    private static string Name(JsonElement value, string path)
    {
        var groups = new string[3];
        foreach (var (i, name) in (ReadOnlySpan<(int, string)>)[(0, "Alphabetic"), (1, "Ideographic"), (2, "Phonetic")])
        {
            groups[i] = !value.TryGetProperty(name, out var group) || group.ValueKind == JsonValueKind.Null ? ""
                : group.ValueKind == JsonValueKind.String ? group.GetString()!
                : throw Malformed(path, "has a name that is no text");
        }

        return string.Join('=', groups).TrimEnd('=');
    }

    private static byte[] Base64(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out var bytes) ? bytes : throw Malformed(path, "has an InlineBinary that is no base64");

    internal static DicomWebException Malformed(string path, string what) => new(DicomWebError.Malformed, $"DICOM JSON: {(path.Length == 0 ? "the data set" : path)} {what}.");
}
