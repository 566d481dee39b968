"""What GTM's interface calls things: kinds, types, fields, operators.

English, as the interface has it (2024 to 2026, collected from public guides and screenshots). What is not known there is called by
its key: nothing is guessed.
"""

from __future__ import annotations

from gtmgen.container.graph import MARK, made_by

KINDS = {
    "tag": "tag",
    "trigger": "trigger",
    "variable": "variable",
    "customTemplate": "template",
    "client": "client",
    "transformation": "transformation",
    "folder": "folder",
    "builtInVariable": "built-in variable",
    "container": "container",
}

_TYPES = {
    "tag": {
        "html": "Custom HTML",
        "img": "Custom Image",
        "googtag": "Google Tag",
        "gaawe": "Google Analytics: GA4 Event",
        "gaawc": "Google Analytics: GA4 Configuration",
        "ga": "Classic Google Analytics",
        "awct": "Google Ads Conversion Tracking",
        "awud": "Google Ads User-Provided Data Event",
        "sp": "Google Ads Remarketing",
        "flc": "Floodlight Counter",
        "fls": "Floodlight Sales",
        "gclidw": "Conversion Linker",
        "ua": "Google Analytics: Universal Analytics",
        "sgtmgaaw": "Google Analytics: GA4",
        "sgtmadsct": "Google Ads Conversion Tracking",
        "sgtmadscl": "Conversion Linker",
        "sgtmadsremark": "Google Ads Remarketing",
        "sgtmadsremarket": "Google Ads Remarketing",
        "sgtmflc": "Floodlight Counter",
        "sgtmfls": "Floodlight Sales",
        "ua_amp": "Google Analytics: Universal Analytics",
        "gclidw_amp": "Conversion Linker",
        "awcc": "Google Ads Calls from Website Conversion",
        "http_request": "HTTP Request",
    },
    "trigger": {
        "PAGEVIEW": "Page View",
        "DOM_READY": "DOM Ready",
        "WINDOW_LOADED": "Window Loaded",
        "INIT": "Initialization",
        "CONSENT_INIT": "Consent Initialization",
        "CUSTOM_EVENT": "Custom Event",
        "CLICK": "Click - All Elements",
        "LINK_CLICK": "Click - Just Links",
        "FORM_SUBMISSION": "Form Submission",
        "ELEMENT_VISIBILITY": "Element Visibility",
        "SCROLL_DEPTH": "Scroll Depth",
        "TIMER": "Timer",
        "HISTORY_CHANGE": "History Change",
        "JS_ERROR": "JavaScript Error",
        "YOU_TUBE_VIDEO": "YouTube Video",
        "TRIGGER_GROUP": "Trigger Group",
        "ALWAYS": "Custom",
    },
    "variable": {
        "v": "Data Layer Variable",
        "jsm": "Custom JavaScript",
        "j": "JavaScript Variable",
        "k": "1st Party Cookie",
        "u": "URL",
        "c": "Constant",
        "d": "DOM Element",
        "aev": "Auto-Event Variable",
        "smm": "Lookup Table",
        "remm": "RegEx Table",
        "r": "Random Number",
        "gas": "Google Analytics Settings",
        "gtes": "Google Tag: Event Settings",
        "gtcs": "Google Tag: Configuration Settings",
        "awec": "User-Provided Data",
        "vis": "Element Visibility",
        "f": "HTTP Referrer",
        "e": "Custom Event",
        "cid": "Container ID",
        "ctv": "Container Version Number",
        "dbg": "Debug Mode",
        "uv": "Undefined Value",
        "ev": "Environment Name",
        "ed": "Event Data",
        "rh": "Request Header",
        "qp": "Query Parameter",
        "sgtmk": "Cookie Value",
    },
    "client": {
        "gaaw_client": "Google Analytics: GA4 (Web)",
        "ua_client": "Google Analytics: Universal Analytics",
        "gtm_client": "Google Tag Manager: Web Container",
    },
    "transformation": {
        "tf_augment_event": "Augment event",
        "tf_exclude_params": "Exclude parameters",
        "tf_allow_params": "Allow parameters",
    },
}

_PARAMETERS = {
    "": {
        "html": "HTML",
        "javascript": "Custom JavaScript",
        "supportDocumentWrite": "Support document.write",
        "configSettingsVariable": "Configuration Settings Variable",
        "eventSettingsVariable": "Event Settings Variable",
        "eventSettingsTable": "Event Parameters",
        "eventParameters": "Event Parameters",
        "configSettingsTable": "Configuration Parameters",
        "eventName": "Event Name",
        "conversionId": "Conversion ID",
        "conversionLabel": "Conversion Label",
        "conversionValue": "Conversion Value",
        "currencyCode": "Currency Code",
        "rdp": "Enable Restricted Data Processing",
        "conversionCookiePrefix": "Conversion cookie prefix",
        "userDataVariable": "User-provided data variable",
        "advertiserId": "Advertiser ID",
        "groupTag": "Group Tag String",
        "activityTag": "Activity Tag String",
        "countingMethod": "Counting Method",
        "ordinalType": "Counting Method",
        "revenue": "Revenue",
        "trackingId": "Tracking ID",
        "fieldsToSet": "Fields to Set",
        "setDefaultValue": "Set Default Value",
        "defaultValue": "Default Value",
        "decodeCookie": "URI-decode cookie",
        "component": "Component Type",
        "stripWww": "Strip 'www.'",
        "selectorType": "Selection Method",
        "elementId": "Element ID",
        "elementSelector": "Element Selector",
        "input": "Input Variable",
        "firingFrequency": "When to fire this trigger",
        "onScreenRatio": "Minimum Percent Visible",
        "useOnScreenDuration": "Set minimum on-screen duration",
        "onScreenDuration": "Minimum on-screen duration",
        "useDomChangeListener": "Observe DOM changes",
        "triggerIds": "Triggers",
        "verticalThresholdOn": "Vertical Scroll Depths",
        "horizontalThresholdOn": "Horizontal Scroll Depths",
        "verticalThresholdsPercent": "Vertical percentages",
        "verticalThresholdsPixels": "Vertical pixels",
        "triggerStartOption": "Enable this trigger on",
        "captureStart": "Capture: Start",
        "captureComplete": "Capture: Complete",
        "capturePause": "Capture: Pause, Seeking, and Buffering",
        "captureProgress": "Capture: Progress",
        "progressThresholdsPercent": "Progress percentages",
        "affectedTags": "Affected tags",
    },
    "img": {
        "url": "Image URL",
        "useCacheBuster": "Enable Cache Busting",
        "cacheBusterQueryParam": "Cache Busting Query Parameter",
    },
    "googtag": {
        "tagId": "Tag ID",
        "eventSettingsTable": "Shared event settings",
        "configSettingsTable": "Configuration settings",
    },
    "gaawe": {
        "measurementIdOverride": "Measurement ID",
        "measurementId": "Configuration Tag",
        "userProperties": "User Properties",
        "sendEcommerceData": "Send Ecommerce data",
        "getEcommerceDataFrom": "Data source",
    },
    "gaawc": {
        "measurementId": "Measurement ID",
        "sendPageView": "Send a page view event when this configuration loads",
        "enableSendToServerContainer": "Send to server container",
    },
    "sgtmgaaw": {
        "measurementId": "Measurement ID",
        "redactVisitorIp": "Redact visitor IP address",
    },
    "awct": {
        "orderId": "Transaction ID",
        "enableProductReporting": "Provide product-level sales data",
        "enableNewCustomerReporting": "Provide new customer data",
        "enableShippingData": "Provide shipping data",
        "enableEnhancedConversion": "Include user-provided data from your website",
    },
    "sp": {
        "enableDynamicRemarketing": "Send dynamic remarketing event data",
        "customParamsFormat": "Custom Parameters",
    },
    "gclidw": {
        "enableCrossDomain": "Enable linking across domains",
        "linkerDomains": "Auto Link Domains",
        "enableUrlPassthrough": "Enable linking on all page URLs",
    },
    "fls": {
        "orderId": "Order ID",
    },
    "ua": {
        "trackType": "Track Type",
        "gaSettings": "Google Analytics Settings",
        "overrideGaSettings": "Enable overriding settings in this tag",
        "eventCategory": "Category",
        "eventAction": "Action",
        "eventLabel": "Label",
        "eventValue": "Value",
        "nonInteraction": "Non-Interaction Hit",
    },
    "gaaw_client": {
        "activateDefaultPaths": "Default GA4 paths",
        "cookieManagement": "Cookies and Client Identification",
    },
    "v": {
        "name": "Data Layer Variable Name",
        "dataLayerVersion": "Data Layer Version",
    },
    "j": {
        "name": "Global Variable Name",
    },
    "c": {
        "value": "Value",
    },
    "k": {
        "name": "Cookie Name",
    },
    "sgtmk": {
        "name": "Cookie Name",
    },
    "u": {
        "queryKey": "Query Key",
        "customUrlSource": "URL Source",
        "defaultPages": "Default Pages",
    },
    "d": {
        "attributeName": "Attribute Name",
    },
    "aev": {
        "attribute": "Attribute Name",
        "varType": "Variable Type",
        "affiliatedDomains": "Affiliated Domains",
    },
    "smm": {
        "map": "Lookup Table",
    },
    "remm": {
        "map": "RegEx Table",
        "ignoreCase": "Ignore Case",
        "fullMatch": "Full Matches Only",
        "replaceAfterMatch": "Enable Capture Groups and Replace Functionality",
    },
    "vis": {
        "outputMethod": "Output Type",
    },
    "ed": {
        "keyPath": "Key Path",
    },
    "rh": {
        "headerName": "Header Name",
    },
    "qp": {
        "queryParamName": "Query Parameter Name",
    },
    "awec": {
        "email": "Email",
        "phone_number": "Phone",
        "first_name": "First Name",
        "last_name": "Last Name",
        "street": "Street",
        "city": "City",
        "region": "Region",
        "postal_code": "Postal Code",
        "country": "Country",
    },
    "tf_augment_event": {
        "augmentEventTable": "Parameters to augment",
    },
}
"""By the type of the entity; "" for any."""

FIELDS = {
    "type": "Type",
    "paused": "Paused",
    "firingTriggerId": "Firing Triggers",
    "blockingTriggerId": "Exceptions",
    "setupTag": "Setup Tag",
    "teardownTag": "Cleanup Tag",
    "tagFiringOption": "Tag firing options",
    "priority": "Tag firing priority",
    "consentSettings": "Additional Consent Checks",
    "parentFolderId": "Folder",
    "notes": "Notes",
    "customEventFilter": "Event name",
    "filter": "Condition",
    "autoEventFilter": "Enable this trigger when",
    "waitForTags": "Wait for Tags",
    "waitForTagsTimeout": "Max wait time",
    "checkValidation": "Check Validation",
    "interval": "Interval",
    "limit": "Limit",
    "eventName": "Event Name",
    "formatValue": "Format Value",
    "templateData": "Template",
    "galleryReference": "Gallery template",
    "scheduleStartMs": "Schedule start",
    "scheduleEndMs": "Schedule end",
    "liveOnly": "Only fire this tag in published containers",
}

FIRING_OPTIONS = {
    "ONCE_PER_EVENT": "Once per event",
    "ONCE_PER_LOAD": "Once per page",
    "UNLIMITED": "Unlimited",
}

CONSENT = {
    "NOT_SET": "Not set",
    "NOT_NEEDED": "No additional consent required",
    "NEEDED": "Require additional consent for tag to fire",
}

_OPERATORS = {
    "EQUALS": ("equals", "does not equal"),
    "CONTAINS": ("contains", "does not contain"),
    "STARTS_WITH": ("starts with", "does not start with"),
    "ENDS_WITH": ("ends with", "does not end with"),
    "MATCH_REGEX": ("matches RegEx", "does not match RegEx"),
    "CSS_SELECTOR": ("matches CSS selector", "does not match CSS selector"),
    "URL_MATCHES": ("matches URL", "does not match URL"),
    "GREATER": ("greater than", "not greater than"),
    "GREATER_OR_EQUALS": ("greater than or equal to", "not greater than or equal to"),
    "LESS": ("less than", "not less than"),
    "LESS_OR_EQUALS": ("less than or equal to", "not less than or equal to"),
}


def type_label(kind: str, type_: str) -> str:
    """What the interface calls the type of an entity; a custom template by its own name."""
    if type_.startswith(MARK):
        return bare(made_by(type_))
    return _TYPES.get(kind, {}).get(type_, type_)


def parameter_label(type_: str, key: str) -> str:
    """What the interface calls a parameter of an entity of that type; its key where that is not known."""
    return _PARAMETERS.get(type_, {}).get(key) or _PARAMETERS[""].get(key, key)


def field_label(field: str) -> str:
    """What the interface calls a field of an entity."""
    return FIELDS.get(field, field)


def operator(op: str, negate: bool, ignore_case: bool) -> str:
    """A condition's operator in words: `does not contain`, `matches RegEx (ignore case)`."""
    plain = _OPERATORS.get(op, (op, f"not {op}"))[negate]
    return f"{plain} (ignore case)" if ignore_case else plain


def bare(name: str) -> str:
    """A name without the mark of the named form: GTM's own trigger, an id that leads nowhere, the second of two equal names."""
    return name.removeprefix(MARK).split(MARK)[0]
