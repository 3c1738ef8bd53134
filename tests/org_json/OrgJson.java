// Android's real org.json: a document a line in, in hexadecimal digits of UTF-8, and what it is and
// what every accessor answers out. The keys that each object is asked for, beside its own, are the
// arguments. A line that begins with a `g` is a gzip, and what GZIPInputStream unpacks of it comes
// out.

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.zip.GZIPInputStream;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;
import org.json.JSONTokener;

public final class OrgJson {
    interface Get {
        Object get() throws JSONException;
    }

    private static String[] keys;

    public static void main(String[] arguments) throws Exception {
        keys = arguments;
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        var out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.startsWith("g")) {
                out.println(unpacked(HexFormat.of().parseHex(line.substring(1))));
            } else {
                out.println(answer(new String(HexFormat.of().parseHex(line), StandardCharsets.UTF_8)));
            }
        }
    }

    private static String unpacked(byte[] packed) {
        try (var stream = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            return HexFormat.of().formatHex(stream.readAllBytes());
        } catch (IOException refused) {
            return "refused";
        }
    }

    private static String answer(String text) {
        Object value;
        try {
            value = new JSONTokener(text).nextValue();
        } catch (JSONException refused) {
            return "refused";
        } catch (StackOverflowError tooDeep) {
            return "too deep";
        }
        var out = new StringBuilder();
        tell(value, out);
        return out.toString();
    }

    private static void tell(Object value, StringBuilder out) {
        if (value == null) {
            out.append("hole");
        } else if (value instanceof JSONObject) {
            var object = (JSONObject) value;
            out.append('{');
            for (Iterator<String> each = object.keys(); each.hasNext(); ) {
                String key = each.next();
                text(key, out);
                out.append('=');
                tell(object.opt(key), out);
                if (isWhole(key)) {
                    asked(object, key, out);
                } else {
                    out.append("(lone surrogate)");
                }
            }
            for (String key : keys) {
                out.append('|');
                asked(object, key, out);
            }
            out.append('}');
        } else if (value instanceof JSONArray) {
            var array = (JSONArray) value;
            out.append('[');
            for (int i = 0; i < array.length(); i++) {
                tell(array.opt(i), out);
                asked(array, i, out);
            }
            out.append(']');
        } else if (value instanceof String) {
            text((String) value, out);
        } else if (value instanceof Double) {
            out.append('d').append(bits((Double) value));
        } else if (value == JSONObject.NULL) {
            out.append(" null");
        } else {
            out.append(value.getClass().getSimpleName().charAt(0)).append(value);
        }
    }

    private static void asked(JSONObject object, String key, StringBuilder out) {
        out.append('(').append(object.isNull(key) ? 'n' : '-').append(object.has(key) ? 'h' : '-');
        get(() -> object.getBoolean(key), out);
        get(() -> object.getInt(key), out);
        get(() -> object.getLong(key), out);
        get(() -> object.getDouble(key), out);
        get(() -> sure(object.opt(key), object.getString(key)), out);
        get(() -> object.getJSONArray(key).length(), out);
        get(() -> object.getJSONObject(key).length(), out);
        get(() -> object.optBoolean(key), out);
        get(() -> object.optBoolean(key, true), out);
        get(() -> object.optInt(key), out);
        get(() -> object.optInt(key, 7), out);
        get(() -> object.optLong(key, 8), out);
        get(() -> sure(object.opt(key), object.optString(key)), out);
        get(() -> sure(object.opt(key), object.optString(key, "x")), out);
        get(() -> object.optJSONArray(key) == null, out);
        get(() -> object.optJSONObject(key) == null, out);
        out.append(')');
    }

    private static void asked(JSONArray array, int index, StringBuilder out) {
        out.append('(').append(array.isNull(index) ? 'n' : '-');
        get(() -> array.getInt(index), out);
        get(() -> sure(array.opt(index), array.getString(index)), out);
        get(() -> sure(array.opt(index), array.optString(index)), out);
        get(() -> array.optBoolean(index, true), out);
        get(() -> array.getJSONObject(index).length(), out);
        out.append(')');
    }

    private static void get(Get get, StringBuilder out) {
        out.append(',');
        Object value;
        try {
            value = get.get();
        } catch (JSONException refused) {
            out.append('!');
            return;
        }
        if (value instanceof String) {
            text((String) value, out);
        } else if (value instanceof Double) {
            out.append(bits((Double) value));
        } else {
            out.append(value);
        }
    }

    // The last digit of a double of this size, and whether it is written, depends on the release of
    // Java (JDK-4511638).
    private static boolean isUnsure(Object value) {
        if (value instanceof Double) {
            double magnitude = Math.abs((Double) value);
            return magnitude >= 1e15 && magnitude < 1e26;
        }
        if (value instanceof JSONArray) {
            var array = (JSONArray) value;
            for (int i = 0; i < array.length(); i++) {
                if (isUnsure(array.opt(i))) {
                    return true;
                }
            }
        }
        if (value instanceof JSONObject) {
            var object = (JSONObject) value;
            for (Iterator<String> each = object.keys(); each.hasNext(); ) {
                if (isUnsure(object.opt(each.next()))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String sure(Object value, String text) {
        return isUnsure(value) ? "~" : text;
    }

    private static boolean isWhole(String text) {
        return text.codePoints().noneMatch(point -> point >= 0xd800 && point <= 0xdfff);
    }

    private static String bits(double number) {
        return Long.toHexString(Double.doubleToLongBits(number));
    }

    private static void text(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (unit >= ' ' && unit < 0x7f && unit != '"' && unit != '\\') {
                out.append(unit);
            } else {
                out.append('\\').append(Integer.toHexString(unit)).append(';');
            }
        }
        out.append('"');
    }
}
