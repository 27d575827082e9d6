using System.Globalization;
using MedStreams.Hl7;
using MedStreams.Topologies.Recommendations;

namespace MedStreams.Topologies.Delivery;

/// <summary>Writes deliveries as HL7 v2.5.1. The same delivery gives the same bytes, so that it can be sent again.</summary>
internal static class DeliveryMessage
{
    private const string Version = "2.5.1";

    public static Hl7Message Of(Delivery delivery, DeliveryOptions options) =>
        options.Form == DeliveryForm.Document ? Document(delivery, options) : Observations(delivery, options);

    private static Hl7Message Observations(Delivery delivery, DeliveryOptions options)
    {
        var list = delivery.List;
        var time = Time(list);
        var message = Begin(delivery, options, "ORU", "R01", "ORU_R01");
        Patient(message, list, options);
        message.Set("OBR-1", "1").Set("OBR-3.1", Filler(delivery)).Set("OBR-3.2", options.SendingApplication)
            .Set("OBR-4.1", "RECOMMENDATIONS").Set("OBR-4.2", "Recommendations").Set("OBR-4.3", "L")
            .Set("OBR-7", time).Set("OBR-22", time).Set("OBR-25", delivery.IsCorrection ? "C" : "F");
        var number = 0;
        foreach (var item in list.Items)
        {
            Observation(message, ++number, item.Item, delivery.IsCorrection ? "C" : "F", time, options);
            message.Set($"NTE[{number}]-1", "1").Set($"NTE[{number}]-2", "L").Set($"NTE[{number}]-3", Rationale(list, item));
        }

        foreach (var item in delivery.Withdrawn)
            Observation(message, ++number, item, "D", time, options);
        return message.ToMessage();
    }

    private static Hl7Message Document(Delivery delivery, DeliveryOptions options)
    {
        var list = delivery.List;
        var time = Time(list);
        var message = Begin(delivery, options, "MDM", "T02", "MDM_T02");
        message.Set("EVN-1", "T02").Set("EVN-2", time);
        Patient(message, list, options);
        message.Set("PV1-1", "1").Set("PV1-2", "U");
        message.Set("TXA-1", "1").Set("TXA-2", "CD").Set("TXA-3", "TX").Set("TXA-4", time)
            .Set("TXA-12.1", delivery.ControlId()).Set("TXA-12.2", options.SendingApplication)
            .Set("TXA-17", "AU").Set("TXA-19", "AV");
        var number = 0;
        foreach (var item in list.Items)
            Line(message, ++number, $"{item.Item}: {Rationale(list, item)}");
        foreach (var item in delivery.Withdrawn)
            Line(message, ++number, $"{item}: no longer recommended");
        return message.ToMessage();
    }

    private static Hl7Editor Begin(Delivery delivery, DeliveryOptions options, string kind, string trigger, string structure)
    {
        var message = Hl7Message.New()
            .Set("MSH-3", options.SendingApplication).Set("MSH-4", options.SendingFacility)
            .Set("MSH-5", options.ReceivingApplication).Set("MSH-6", options.ReceivingFacility)
            .Set("MSH-7", Time(delivery.List))
            .Set("MSH-9.1", kind).Set("MSH-9.2", trigger).Set("MSH-9.3", structure)
            .Set("MSH-10", delivery.ControlId()).Set("MSH-11", options.ProcessingId).Set("MSH-12", Version)
            .Set("MSH-18", "UNICODE UTF-8");
        return options.Answer == DeliveryAnswer.Commit ? message.Set("MSH-15", "AL").Set("MSH-16", "NE") : message;
    }

    private static void Patient(Hl7Editor message, RecommendationList list, DeliveryOptions options)
    {
        message.Set("PID-1", "1").Set("PID-3.1", list.User);
        if (options.AssigningAuthority.Length > 0)
            message.Set("PID-3.4", options.AssigningAuthority);
        message.Set("PID-5.7", "U"); // a name is required, and the type of one that is not told is U (HL7 table 0200)
    }

    private static void Observation(Hl7Editor message, int number, string item, string status, string time, DeliveryOptions options) =>
        message.Set($"OBX[{number}]-1", number.ToString(CultureInfo.InvariantCulture)).Set($"OBX[{number}]-2", "CWE")
            .Set($"OBX[{number}]-3.1", "RECOMMENDATION").Set($"OBX[{number}]-3.2", "Recommendation").Set($"OBX[{number}]-3.3", "L")
            .Set($"OBX[{number}]-4", number.ToString(CultureInfo.InvariantCulture))
            .Set($"OBX[{number}]-5.1", item).Set($"OBX[{number}]-5.3", options.CodingSystem)
            .Set($"OBX[{number}]-11", status).Set($"OBX[{number}]-14", time);

    private static void Line(Hl7Editor message, int number, string text) =>
        message.Set($"OBX[{number}]-1", number.ToString(CultureInfo.InvariantCulture)).Set($"OBX[{number}]-2", "TX")
            .Set($"OBX[{number}]-3.1", "RECOMMENDATIONS").Set($"OBX[{number}]-3.3", "L").Set($"OBX[{number}]-5", text)
            .Set($"OBX[{number}]-11", "F");

    private static string Rationale(RecommendationList list, Recommendation item) => list.Fallback
        ? string.Create(CultureInfo.InvariantCulture, $"preferred in general, {item.Value:0.##}")
        : string.Create(CultureInfo.InvariantCulture, $"estimated preference {item.Value:0.##}, from {item.Neighbours} similar ({list.Method})");

    /// <summary>The filler's number of a user's recommendations is the same for all their lists, so that a later one replaces the earlier.</summary>
    private static string Filler(Delivery delivery) => $"REC-{delivery.List.User}";

    private static string Time(RecommendationList list) => Hl7Time.Format(DateTimeOffset.FromUnixTimeMilliseconds(list.ComputedAt));
}
