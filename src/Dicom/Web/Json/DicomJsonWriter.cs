using System.Text.Json;

namespace MedStreams.Dicom.Web;

/// <summary>Writes the DICOM JSON Model (PS3.18 Annex F). Pure; safe for concurrent use.</summary>
public static class DicomJsonWriter
{
    /// <summary>Writes a data set as an object.</summary>
    /// <param name="dataSet">What is written; group lengths are not (section F.2.2).</param>
    /// <param name="to">Where.</param>
    /// <param name="bulkData">Where a value is to be had that is not to stand here; null, or its answer null: it stands here.</param>
    /// <exception cref="ArgumentException">A value is neither here nor elsewhere, or is in fragments, which JSON cannot hold; the message names the tag.</exception>
    public static void Write(DicomDataSet dataSet, Utf8JsonWriter to, Func<DicomElement, string?>? bulkData = null) => Write(dataSet, to, bulkData, isItem: false);

    private static void Write(DicomDataSet dataSet, Utf8JsonWriter to, Func<DicomElement, string?>? bulkData, bool isItem)
    {
        to.WriteStartObject();
        foreach (var element in dataSet.Elements.Where(e => !e.Tag.IsGroupLength).OrderBy(e => e.Tag))
        {
            if (isItem && element.Tag == Tags.SpecificCharacterSet)
                continue; // all of JSON is UTF-8
            if (!dataSet.TryGet(element.Tag, out var last) || last != element)
                continue; // of several of a tag the last is valid, as everywhere here
            to.WriteStartObject($"{element.Tag.Group:X4}{element.Tag.Element:X4}");
            to.WriteString("vr", (element.Items is null ? element.Vr : DicomVr.SQ).ToString()); // UN of undefined length is a sequence
            if (bulkData?.Invoke(element) is { } uri)
                to.WriteString("BulkDataURI", uri);
            else
                WriteValue(dataSet, element, to, bulkData);
            to.WriteEndObject();
        }

        to.WriteEndObject();
    }

    private static void WriteValue(DicomDataSet dataSet, DicomElement element, Utf8JsonWriter to, Func<DicomElement, string?>? bulkData)
    {
        if (element.BulkDataUri is { } uri)
            to.WriteString("BulkDataURI", uri);
        else if (element.LeftOut is not null || element.Fragments is not null)
            throw new ArgumentException($"The value of {element.Tag} cannot stand in JSON.", nameof(element));
        else if (element.Items is { } items)
            WriteItems(items, to, bulkData);
        else if (element.Value.IsEmpty)
            return; // no value: no member (section F.2.5)
        else if (element.Tag == Tags.SpecificCharacterSet)
            WriteArray(to, () => to.WriteStringValue("ISO_IR 192")); // JSON is UTF-8
        else if (element.Vr.IsText)
            WriteArray(to, () => WriteTexts(dataSet.Texts(element.Tag), element.Vr, to));
        else if (JsonNumbers.Size(element.Vr) is > 0 and var size && element.Value.Length % size == 0)
            WriteArray(to, () => WriteNumbers(element, size, dataSet.IsBigEndian, to));
        else
            to.WriteBase64String("InlineBinary", LittleEndian(element, dataSet.IsBigEndian));
    }

    private static void WriteItems(IReadOnlyList<DicomItem> items, Utf8JsonWriter to, Func<DicomElement, string?>? bulkData)
    {
        if (items.Count == 0)
            return;
        WriteArray(to, () =>
        {
            foreach (var item in items)
                Write(item.DataSet, to, bulkData, isItem: true);
        });
    }

    private static void WriteTexts(IReadOnlyList<string> texts, DicomVr vr, Utf8JsonWriter to)
    {
        foreach (var text in texts)
        {
            if (text.Length == 0)
                to.WriteNullValue();
            else if (vr == DicomVr.PN)
                WriteName(text, to);
            else if ((vr == DicomVr.IS || vr == DicomVr.DS) && IsNumber(text))
                to.WriteRawValue(text); // as it is written: 1.50 stays 1.50
            else
                to.WriteStringValue(text);
        }
    }

    private static void WriteName(string text, Utf8JsonWriter to)
    {
        var groups = text.Split('=', 3);
        to.WriteStartObject();
        foreach (var (i, name) in (ReadOnlySpan<(int, string)>)[(0, "Alphabetic"), (1, "Ideographic"), (2, "Phonetic")])
        {
            if (i < groups.Length && groups[i].Length > 0)
                to.WriteString(name, groups[i]);
        }

        to.WriteEndObject();
    }

    private static void WriteNumbers(DicomElement element, int size, bool isBigEndian, Utf8JsonWriter to)
    {
        Span<byte> one = stackalloc byte[8];
        for (var at = 0; at < element.Value.Length; at += size)
        {
            var value = one[..size];
            element.Value.Span.Slice(at, size).CopyTo(value);
            if (isBigEndian)
                Turn(value, element.Vr == DicomVr.AT ? 2 : size);
            JsonNumbers.Write(value, element.Vr, to);
        }
    }

    /// <summary>JSON's own grammar of numbers (RFC 8259 section 6): no plus in front, no leading zeros, digits on both sides of the point.</summary>
    private static bool IsNumber(string text)
    {
        var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(text));
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.BytesConsumed == text.Length;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Words of a big-endian data set, turned: inline binary is little endian (section F.2.7).</summary>
    private static ReadOnlySpan<byte> LittleEndian(DicomElement element, bool isBigEndian)
    {
        var word = element.Vr.ToString() switch
        {
            "OW" => 2,
            "OL" or "OF" => 4,
            "OD" or "OV" => 8,
            _ => 1,
        };
        if (!isBigEndian || word == 1)
            return element.Value.Span;
        var turned = element.Value.ToArray();
        Turn(turned.AsSpan(0, turned.Length / word * word), word);
        return turned;
    }

    private static void Turn(Span<byte> bytes, int word)
    {
        for (var at = 0; at < bytes.Length; at += word)
            bytes.Slice(at, word).Reverse();
    }

    private static void WriteArray(Utf8JsonWriter to, Action values)
    {
        to.WriteStartArray("Value");
        values();
        to.WriteEndArray();
    }
}
