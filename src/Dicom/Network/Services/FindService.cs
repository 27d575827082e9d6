using MedStreams.Dicom.Text;

namespace MedStreams.Dicom.Network.Services;

/// <summary>Study Root C-FIND as user (PS3.4 section C.4.1).</summary>
public static class FindService
{
    /// <summary>Contexts for queries, in the syntaxes that everybody knows.</summary>
    public static IReadOnlyList<ContextRequest> Contexts { get; } =
    [
        new(Uids.StudyRootFind, TransferSyntax.ExplicitLittleEndian), new(Uids.StudyRootFind, TransferSyntax.ImplicitLittleEndian),
    ];

    /// <summary>A query; it is sent when it is enumerated.</summary>
    /// <param name="association">An association with one of <see cref="Contexts"/>.</param>
    /// <param name="identifier">The keys, with the level in (0008,0052).</param>
    /// <param name="assumed">How text of matches is taken that do not say it; null: as ASCII, and Latin-1 beyond it.</param>
    public static FindOperation Find(this DicomAssociation association, DicomDataSet identifier, SpecificCharacterSet? assumed = null) =>
        new(association, identifier, assumed);

    /// <summary>An identifier that matches everything on a level: to narrow it, set its keys.</summary>
    /// <param name="level">Which level.</param>
    /// <param name="keys">What is to be told of each match, with its VR.</param>
    public static DicomDataSet Identifier(QueryLevel level, params IReadOnlyList<(DicomTag Tag, DicomVr Vr)> keys)
    {
        var identifier = new DicomDataSet();
        foreach (var (tag, vr) in keys)
            identifier.Set(DicomElement.Of(tag, vr, ReadOnlyMemory<byte>.Empty));
        identifier.Set(Tags.QueryRetrieveLevel, DicomVr.CS, level.Name());
        return identifier;
    }
}
