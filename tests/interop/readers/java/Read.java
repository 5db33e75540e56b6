import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import ezvcard.Ezvcard;
import ezvcard.VCard;
import ezvcard.io.StreamReader;
import ezvcard.io.json.JCardReader;
import ezvcard.io.text.VCardReader;
import ezvcard.property.RawProperty;
import ezvcard.property.SimpleProperty;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What ez-vcard reads in vCards 3.0 and 4.0 and in jCards. */
class Read {
    public static void main(String[] arguments) throws Exception {
        Path dir = Path.of(arguments[0]);
        print("vcard3", new VCardReader(dir.resolve("vcard3")));
        print("vcard4", new VCardReader(dir.resolve("vcard4")));
        print("jcard", new JCardReader(dir.resolve("jcard")));
    }

    static void print(String format, StreamReader reader) throws Exception {
        List<Object> cards = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        try (reader) {
            for (VCard card; (card = reader.readNext()) != null; ) {
                cards.add(fields(card));
                reader.getWarnings().forEach(warning -> warnings.add(warning.toString()));
                card.validate(card.getVersion()).forEach(found -> found.getValue().forEach(
                        warning -> warnings.add(found.getKey() + ": " + warning.getMessage())));
            }
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("reader", "ez-vcard " + Ezvcard.VERSION);
        document.put("format", format);
        document.put("cards", cards);
        document.put("warnings", warnings);
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            write(document, json);
        }
        System.out.println(text);
    }

    /** ez-vcard comes with the part of Jackson that writes tokens, and no other. */
    static void write(Object value, JsonGenerator json) throws IOException {
        if (value instanceof Map<?, ?> map) {
            json.writeStartObject();
            for (var entry : map.entrySet()) {
                json.writeFieldName(entry.getKey().toString());
                write(entry.getValue(), json);
            }
            json.writeEndObject();
        } else if (value instanceof List<?> list) {
            json.writeStartArray();
            for (var one : list) write(one, json);
            json.writeEndArray();
        } else {
            json.writeString(value.toString());
        }
    }

    static Map<String, Object> fields(VCard card) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("uid", card.getUid().getValue());
        fields.put("name", List.of(card.getFormattedName().getValue()));
        var name = card.getStructuredName();
        fields.put("given", name.getGiven() == null ? "" : name.getGiven());
        fields.put("family", name.getFamily() == null ? "" : name.getFamily());
        fields.put("title", values(card.getTitles()));
        fields.put("organisation", card.getOrganizations().stream()
                .map(organisation -> String.join("|separated|", organisation.getValues())).toList());
        fields.put("email", values(card.getEmails()));
        fields.put("phone", card.getTelephoneNumbers().stream().map(number -> number.getText()).toList());
        fields.put("url", values(card.getUrls()));
        List<String> handles = new ArrayList<>();
        List<String> pronouns = new ArrayList<>();
        // What ez-vcard has no class for, RFC 9554 among it, it leaves as it stands in the file.
        for (RawProperty raw : card.getExtendedProperties()) {
            switch (raw.getPropertyName().toUpperCase()) {
                case "X-SOCIALPROFILE" -> handles.add(raw.getValue());
                case "PRONOUNS" -> pronouns.add(raw.getValue());
                default -> throw new IllegalStateException("what is " + raw.getPropertyName() + "?");
            }
        }
        fields.put("raw_handle", handles);
        fields.put("raw_pronouns", pronouns);
        fields.put("categories", card.getCategories().getValues());
        fields.put("note", card.getNotes().get(0).getValue());
        fields.put("rev", card.getRevision().getValue().toString());
        return fields;
    }

    static List<String> values(List<? extends SimpleProperty<String>> properties) {
        return properties.stream().map(SimpleProperty::getValue).toList();
    }
}
