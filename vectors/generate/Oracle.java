// The Java half of the generator: the real org.json of Android, and the platform's classes that
// Android's app uses. One JSON object per line in, one per line out.

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;
import org.json.JSONTokener;

public final class Oracle {
    public static void main(String[] arguments) throws Exception {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(ascii(answer(new JSONObject(line)).toString()));
        }
    }

    private static JSONObject answer(JSONObject request) throws JSONException {
        switch (request.getString("op")) {
            case "config":
                return config(text(request.getString("data")));
            case "document":
                return document(text(request.getString("data")));
            case "parses":
                return new JSONObject().put("as", parses(text(request.getString("data"))));
            case "accessor":
                return accessor(text(request.getString("data")), request.getJSONArray("path"), request.getString("accessor"));
            case "gunzip":
                return gunzip(bytes(request.getString("data")));
            case "url":
                return url(request.getString("url"));
            case "trim":
                return new JSONObject().put("text", request.getString("text").trim());
            case "latin1":
                return new JSONObject().put(
                        "base64",
                        Base64.getEncoder()
                                .encodeToString(request.getString("text").getBytes(StandardCharsets.ISO_8859_1)));
            case "matches":
                return new JSONObject()
                        .put("matches", Pattern.compile(request.getString("pattern")).matcher(request.getString("text")).matches())
                        .put("length", request.getString("text").length());
            default:
                throw new IllegalArgumentException("no such operation");
        }
    }

    private static JSONObject config(String text) throws JSONException {
        Object value;
        try {
            value = new JSONTokener(text).nextValue();
        } catch (JSONException refused) {
            return new JSONObject().put("stage", "json");
        }
        if (!(value instanceof JSONObject)) {
            // The method that the app calls refuses the same texts.
            try {
                new JSONObject(text);
                throw new IllegalStateException("JSONObject and JSONTokener disagree");
            } catch (JSONException refused) {
                return new JSONObject().put("stage", "meaning");
            }
        }
        try {
            var object = new JSONObject(text);
            return new JSONObject()
                    .put("max_backup_bytes", Long.toString(object.getLong("maxBackupBytes")))
                    .put("retention_days", Integer.toString(object.getInt("retentionDays")));
        } catch (JSONException refused) {
            return new JSONObject().put("stage", "meaning");
        }
    }

    /** A text without a value fails as JSON; a value that is not an object, such as `[]` or a bare word, fails by its meaning. */
    private static JSONObject document(String text) throws JSONException {
        try {
            return new JSONObject().put("value", new JSONObject(text));
        } catch (JSONException refused) {
            return new JSONObject().put("stage", parses(text).equals("nothing") ? "json" : "meaning");
        }
    }

    private static String parses(String text) {
        try {
            new JSONObject(text);
            return "an object";
        } catch (JSONException refused) {
            try {
                new JSONTokener(text).nextValue();
                return "another value";
            } catch (JSONException none) {
                return "nothing";
            }
        }
    }

    /** The result, as text, of an accessor for the last key of a path. */
    private static JSONObject accessor(String text, JSONArray path, String accessor) throws JSONException {
        Object place = new JSONObject(text);
        for (int i = 0; i < path.length() - 1; i++) {
            place = place instanceof JSONArray array ? array.get(path.getInt(i)) : ((JSONObject) place).get(path.getString(i));
        }
        var object = (JSONObject) place;
        String key = path.getString(path.length() - 1);
        Object value =
                switch (accessor) {
                    case "getInt" -> object.getInt(key);
                    case "optInt" -> object.optInt(key);
                    case "optLong" -> object.optLong(key);
                    case "optString" -> object.optString(key);
                    case "optBoolean" -> object.optBoolean(key);
                    case "optBooleanTrue" -> object.optBoolean(key, true);
                    default -> throw new IllegalArgumentException("no such accessor");
                };
        return new JSONObject().put("value", value.toString());
    }

    private static JSONObject gunzip(byte[] data) throws JSONException {
        try (var stream = new GZIPInputStream(new ByteArrayInputStream(data))) {
            return new JSONObject().put("data", HexFormat.of().formatHex(stream.readAllBytes()));
        } catch (IOException refused) {
            return new JSONObject().put("stage", "gunzip");
        }
    }

    private static JSONObject url(String text) throws JSONException {
        try {
            var url = new URL(text);
            return new JSONObject().put("host", url.getHost()).put("port", url.getPort()).put("file", url.getFile());
        } catch (MalformedURLException refused) {
            return new JSONObject().put("refused", true);
        }
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static String text(String hex) {
        return new String(bytes(hex), StandardCharsets.UTF_8);
    }

    private static String ascii(String text) {
        var out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                out.append(c);
            } else {
                out.append(String.format("\\u%04x", (int) c));
            }
        }
        return out.toString().replace("\n", " ");
    }
}
