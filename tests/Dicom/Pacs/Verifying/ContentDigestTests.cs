using MedStreams.Dicom.Tests.Foreign;
using MedStreams.Dicom.Writing;
using MedStreams.Local;
using MedStreams.Support.Volume;

namespace MedStreams.Dicom.Tests.Pacs.Verifying;

/// <summary>What may be written otherwise, and what never.</summary>
public sealed class ContentDigestTests
{
    private static readonly DicomTag PatientComments = new(0x0010, 0x4000);

    [Fact]
    public async Task Lengths_of_sequences_group_lengths_and_padding_do_not_count()
    {
        var plain = await DigestOf(Plain());
        var recoded = Instance() with { IsRecodable = true };
        Assert.Equal(plain, await DigestOf(recoded.DataSet()));
        Assert.NotEqual(
            DicomEncoder.ToBytes(recoded.DataSet(), TransferSyntax.ExplicitLittleEndian).Length, DicomEncoder.ToBytes(Plain(), TransferSyntax.ExplicitLittleEndian).Length);

        Assert.Equal(
            await DigestOf(Plain(to => to.Set(DicomElement.Of(Tags.PatientId, DicomVr.LO, "P00"u8.ToArray())))),
            await DigestOf(Plain(to => to.Set(DicomElement.Of(Tags.PatientId, DicomVr.LO, "P00 \0\0"u8.ToArray())))));
        Assert.Equal(plain, await DigestOf(Plain(to => to.Set(DicomElement.Of(new DicomTag(0xFFFC, 0xFFFC), DicomVr.OB, new byte[20])))));
        Assert.Equal(
            await DigestOf(Plain(to => to.Set(DicomElement.Of(PatientComments, DicomVr.LT, "abc"u8.ToArray())))),
            await DigestOf(Plain(to => to.Set(DicomElement.Of(PatientComments, DicomVr.LT, "abc "u8.ToArray())))));
        Assert.Equal(
            await DigestOf(Plain(to => to.Set(DicomElement.Of(new DicomTag(0x0009, 0x1002), DicomVr.OB, new byte[] { 1 })))),
            await DigestOf(Plain(to => to.Set(DicomElement.Of(new DicomTag(0x0009, 0x1002), DicomVr.OB, new byte[] { 1, 0 })))));
    }

    [Fact]
    public async Task Every_value_counts_and_so_do_elements_items_and_their_order()
    {
        var (item, empty) = (new DicomDataSet(), new DicomDataSet());
        item.Set(Tags.PatientId, DicomVr.LO, "1");
        var sequence = new DicomTag(0x0040, 0x0275);
        string[] digests =
        [
            await DigestOf(Plain()),
            await DigestOf(Plain(to => to.Set(Tags.PatientId, DicomVr.LO, "P002"))),
            await DigestOf(Plain(to => to.Set(Tags.PatientId, DicomVr.LO, " P001"))),
            await DigestOf(Plain(to => to.Set(Tags.PatientId, DicomVr.LO, ""))),
            await DigestOf(Plain(to => to.Remove(Tags.PatientId))),
            await DigestOf(Plain(to => to.Set(DicomElement.Of(new DicomTag(0x0009, 0x1002), DicomVr.OB, new byte[] { 1, 2 })))),
            await DigestOf(Plain(to => to.Set(DicomElement.Of(new DicomTag(0x0009, 0x1002), DicomVr.OB, new byte[] { 1, 2, 0 })))),
            await DigestOf(Plain(to => to.Set(DicomElement.Of(new DicomTag(0x0009, 0x1002), DicomVr.OB, new byte[] { 1, 2, 0, 0, 0, 0 })))),
            await DigestOf(Plain(to => to.Set(DicomElement.Sequence(sequence, [])))),
            await DigestOf(Plain(to => to.Set(DicomElement.Sequence(sequence, [new DicomItem(item)])))),
            await DigestOf(Plain(to => to.Set(DicomElement.Sequence(sequence, [new DicomItem(item), new DicomItem(empty)])))),
            await DigestOf(Plain(to => to.Set(DicomElement.Sequence(sequence, [new DicomItem(empty), new DicomItem(item)])))),
        ];
        Assert.Equal(digests.Length, digests.Distinct().Count());
    }

    [Fact]
    public async Task A_flipped_bit_anywhere_in_a_compressed_image_counts()
    {
        var instance = Instance() with { Syntax = TransferSyntax.Of("1.2.840.10008.1.2.4.70"), Bytes = 64 };
        var file = instance.ToFile().ToArray();
        var at = file.Length - 40; // in the last fragment
        var before = await DigestOf(file);
        for (var bit = 0; bit < 8; bit++)
        {
            file[at] ^= (byte)(1 << bit);
            Assert.NotEqual(before, await DigestOf(file));
            file[at] ^= (byte)(1 << bit);
        }
    }

    [Fact]
    public async Task What_DCMTK_writes_anew_says_the_same()
    {
        Assert.SkipWhen(CommandLineTool.Find("dcmconv") is null, "DCMTK is not installed");
        var folder = Directory.CreateTempSubdirectory("medstreams-recode-").FullName;
        try
        {
            var (compared, changed, different) = (0, 0, new List<string>());
            foreach (var path in ForeignFiles.All.Where(p => !p.Contains("DICOMDIR", StringComparison.Ordinal)))
            {
                if (await TryRead(path) is not { MetaInformation: not null } before)
                    continue;
                var to = Path.Combine(folder, $"{compared}.dcm");
                if (!await Recodes(path, to))
                    continue;
                var after = await DicomFile.ReadAsync(new MemoryStream(await File.ReadAllBytesAsync(to, TestContext.Current.CancellationToken)), cancellationToken: TestContext.Current.CancellationToken);
                if (before.Syntax.Uid != after.Syntax.Uid)
                    continue;
                compared++;
                changed += before.ObjectDigest == after.ObjectDigest ? 0 : 1;
                if (before.ContentDigest != after.ContentDigest)
                    different.Add(Path.GetFileName(path));
            }

            // One has an element twice, of which one is dropped; of the other a private UN becomes a sequence with VRs where DCMTK knows its private dictionary.
            Assert.Contains("winter.dcm", different);
            Assert.Empty(different.Except(["winter.dcm", "UN_sequence.dcm"]));
            Assert.True(compared > 50, $"{compared}");
            Assert.True(changed > 20, $"{changed}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Writes a file again with sequences of undefined length and group lengths.</summary>
    private static async Task<bool> Recodes(string from, string to)
    {
        try
        {
            await CommandLineTool.RunAsync("dcmconv", ["-e", "+g", from, to], TestContext.Current.CancellationToken);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false; // DCMTK does not read it
        }
    }

    private static async Task<DicomFile?> TryRead(string path)
    {
        try
        {
            return await DicomFile.ReadAsync(new MemoryStream(await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken)), cancellationToken: TestContext.Current.CancellationToken);
        }
        catch (DicomException)
        {
            return null;
        }
    }

    private static GeneratedInstance Instance() => GeneratedVolume.Of(new VolumeOptions { Instances = 1 }).Instances.First() with { Bytes = 64 };

    private static DicomDataSet Plain(Action<DicomDataSet>? change = null)
    {
        var to = Instance().DataSet();
        change?.Invoke(to);
        return to;
    }

    private static Task<string> DigestOf(DicomDataSet dataSet) =>
        DigestOf(DicomFile.ToBytes(dataSet, TransferSyntax.ExplicitLittleEndian, Implementation.MedStreams).ToArray());

    private static async Task<string> DigestOf(byte[] file) =>
        (await DicomFile.ReadAsync(new MemoryStream(file), cancellationToken: TestContext.Current.CancellationToken)).ContentDigest;
}
