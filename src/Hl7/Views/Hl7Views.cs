namespace MedStreams.Hl7.Views;

/// <summary>Typed views of a message's segments: names for fields, nothing is copied or checked.</summary>
public static class Hl7Views
{
    extension(Hl7Message message)
    {
        /// <summary>MSH.</summary>
        public MessageHeader Msh => new(message.Header);

        /// <summary>The first PID; null where there is none.</summary>
        public PatientIdentification? Pid => message.Segment("PID") is { } s ? new(s) : null;

        /// <summary>The first PV1; null where there is none.</summary>
        public PatientVisit? Pv1 => message.Segment("PV1") is { } s ? new(s) : null;

        /// <summary>The first MRG; null where there is none.</summary>
        public MergeInformation? Mrg => message.Segment("MRG") is { } s ? new(s) : null;

        /// <summary>The first SCH; null where there is none.</summary>
        public SchedulingActivity? Sch => message.Segment("SCH") is { } s ? new(s) : null;

        /// <summary>All AIS, in their order.</summary>
        public IEnumerable<AppointmentService> Ais => message.SegmentsOf("AIS").Select(s => new AppointmentService(s));

        /// <summary>All ORC, in their order.</summary>
        public IEnumerable<CommonOrder> Orc => message.SegmentsOf("ORC").Select(s => new CommonOrder(s));

        /// <summary>All OBR, in their order.</summary>
        public IEnumerable<ObservationRequest> Obr => message.SegmentsOf("OBR").Select(s => new ObservationRequest(s));

        /// <summary>All OBX, in their order.</summary>
        public IEnumerable<Observation> Obx => message.SegmentsOf("OBX").Select(s => new Observation(s));
    }

    internal static Hl7Time? Time(Hl7Segment segment, int field) =>
        Hl7Time.TryParse(segment[field][1][1].Raw.Span, out var time) ? time : null;

    internal static IReadOnlyList<T> All<T>(Hl7Segment segment, int field, Func<Hl7Repetition, T> view)
    {
        var all = segment[field];
        var views = new T[all.Count];
        for (var i = 0; i < views.Length; i++)
            views[i] = view(all[i + 1]);
        return views;
    }
}
