// The version that every artefact carries; a test holds it against package.json.

export const doselapVersion = "0.2.0";
