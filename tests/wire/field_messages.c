/* SPDX-License-Identifier: Apache-2.0 */
#include "field_messages.h"

/* clang-format off */
const struct field_message field_ngap[] = {
    {.from = "srsRAN 4G tests",
     .hex = "0000000a00000100010003000011",
     .holds = {"AMFConfigurationUpdate"}},
    {.from = "srsRAN 4G tests",
     .hex = "00150030000004001b00090000f1105000000001005240060180676e62310066000d00000000750000f1100000000800"
            "15400160",
     .holds = {"NGSetupRequest", "bits 32", "gnb1", "tAC 117", "DefaultPagingDRX v256"}},
    {.from = "srsRAN 4G tests",
     .hex = "2015005e0000040001003a1b80616d66312e636c7573746572312e6e6574322e616d662e3567632e6d6e633030312e6d"
            "63633030312e336770706e6574776f726b2e6f726700600008000000f1103808970056400105005000080000f1100000"
            "0008",
     .holds = {"NGSetupResponse", "amf1.cluster1.net2.amf.5gc.mnc001.mcc001.3gppnetwork.org",
               "aMFRegionID 56", "aMFSetID 34", "aMFPointer 23"}},
    {.from = "srsRAN 4G tests",
     .hex = "000f4080a20000040055000200010026007d7c7e00417100760100f110000001014d436f77425159444b325675417945"
            "416e363648396b7a485461465a4b30353741497237412b6e6c736149587852334e6973364c566f75466942343ddfabf5"
            "cd652eb2541491484d41432d53484100858bbb1f42f1256f9a37531a772a2cf2b78ff160488402ed489399b6b7374200"
            "79000f4000f110000000001000f110000075005a400118",
     .holds = {"InitialUEMessage", "RAN-UE-NGAP-ID 1", "nRCellIdentity 1", "tAC 117",
               "RRCEstablishmentCause mo-Signalling"}},
    {.from = "srsRAN 4G tests",
     .hex = "0004403e000003000a000200010055000200010026002b2a7e00560002000021681cd489650fdcc7c70eca8fa9be4470"
            "2010c7f0791fa852e282847c9f4ce5c19451",
     .holds = {"DownlinkNASTransport", "NAS-PDU 7e00560002000021681cd489"}},
    {.from = "srsRAN 4G tests",
     .hex = "002e403c000004000a0002000100550002000100260016157e00572d105e86219e7dda9995e3850384cfbea53b007940"
            "0f4000f110000000001000f110000075",
     .holds = {"UplinkNASTransport", "NAS-PDU 7e00572d105e86219e7dda99"}},
    {.from = "srsRAN 4G tests",
     .hex = "002900100000020072000400010001000f400148",
     .holds = {"UEContextReleaseCommand", "aMF-UE-NGAP-ID 1", "rAN-UE-NGAP-ID 1", "nas deregister"}},
    {.from = "srsRAN 4G tests",
     .hex = "2029000f000002000a40020001005540020001",
     .holds = {"UEContextReleaseComplete", "AMF-UE-NGAP-ID 1"}},
    {.from = "srsRAN 4G tests",
     .hex = "001d006c000004000a000200010055000200010026002e2d7e00680100252e0100c2110006010003300101060603e806"
            "03e8290501c0a80c7b25080764656661756c741201004a0027000001000021000003008b000a01f0c0a811d200000001"
            "00860001100088000700010000090000",
     .holds = {"PDUSessionResourceSetupRequest", "value c0a811d2", "PDUSessionType ipv6", "fiveQI 9",
               "priorityLevelARP 1"}},
    {.from = "UERANSIM",
     .hex = "00150041000004001b00090002f8395000000001005240170a00554552414e53494d2d676e622d3230382d39332d3100"
            "66000d00000000010002f839000000080015400140",
     .holds = {"NGSetupRequest", "UERANSIM-gnb-208-93-1", "pLMNIdentity 02f839", "DefaultPagingDRX v128"}},
    {.from = "UERANSIM",
     .hex = "000f40480000050055000200010026001a197e004179000d0102f8390000000000000000102e04f0f0f0f00079001350"
            "02f839000000010002f839000001e4709c5c005a4001200070400100",
     .holds = {"InitialUEMessage", "nRCellIdentity 16", "timeStamp 3832585308", "mo-Data",
               "UEContextRequest requested"}},
    {.from = "UERANSIM",
     .hex = "002e4040000004000a0002000100550002000100260016157e00572d10d8971a6e962af4ec600566b2101c3535007940"
            "135002f839000000010002f839000001e4709c5c",
     .holds = {"UplinkNASTransport", "NAS-PDU 7e00572d10d8971a6e962af4ec600566b2101c3535"}},
    {.from = "UERANSIM",
     .hex = "002e4067000004000a000200010055000200010026003d3c7e049def51f3007e005e7700094573806121856151f17100"
            "237e004179000d0102f8390000000000000000101001002e04f0f0f0f02f020101530100007940135002f83900000001"
            "0002f839000001e4709c5c",
     .holds = {"UplinkNASTransport", "NAS-PDU 7e049def51f3007e005e"}},
    {.from = "UERANSIM",
     .hex = "200e000f000002000a40020001005540020001",
     .holds = {"InitialContextSetupResponse", "AMF-UE-NGAP-ID 1"}},
    {.from = "UERANSIM",
     .hex = "002e4035000004000a000200010055000200010026000b0a7e0204933826017e0043007940135002f839000000010002"
            "f839000001e4709c5c",
     .holds = {"UplinkNASTransport", "NAS-PDU 7e0204933826017e0043"}},
    {.from = "UERANSIM",
     .hex = "002e405e000004000a0002000100550002000100260034337e0252ca493e027e00670100152e0101c1ffff91a1280100"
            "7b000780000a00000d00120181220101250908696e7465726e6574007940135002f839000000010002f839000001e470"
            "9c5c",
     .holds = {"UplinkNASTransport", "NAS-PDU 7e0252ca493e027e006701"}},
    {.from = "UERANSIM",
     .hex = "201d0024000003000a40020001005540020001004b40110000010d0003e0c0a8386f000000010001",
     .holds = {"PDUSessionResourceSetupResponse", "pDUSessionID 1", "value c0a8386f", "gTP-TEID 1",
               "qosFlowIdentifier 1"}},
    {.from = "UERANSIM",
     .hex = "00150042000004001b0009002242655000000001005240180a80554552414e53494d2d676e622d3232322d3435362d31"
            "0066000d000000000100224265000000080015400140",
     .holds = {"NGSetupRequest", "UERANSIM-gnb-222-456-1", "pLMNIdentity 224265"}},
    {.from = "UERANSIM",
     .hex = "000f406700000500550002000c00260037367e01dccf83d1027e004103000bf22262540000003ac18e0071001b7e0041"
            "03000bf22262540000003ac18e00500200001801005301010079000f402242650000000100224265000001005a400118"
            "001a00070000003ac18e00",
     .holds = {"InitialUEMessage", "RAN-UE-NGAP-ID 12", "aMFSetID 0", "fiveG-TMSI 985763328"}},
    {.from = "UERANSIM",
     .hex = "000f407000000500550002000100260042417e00417900350199f90700000101f65e929e1b4851b7d5681cd3764bad55"
            "1bc6d92ced536e2d73395decbe3d2933c351b27b393f4038c4497b0db42e04f0f0f0f0007900135099f9070000000100"
            "99f907000001eb867b68005a4001180070400100",
     .holds = {"InitialUEMessage", "pLMNIdentity 99f907", "NAS-PDU 7e00417900350199f90700000101f65e92"}},
    {.from = "Open5GS",
     .hex = "201500320000040001000e05806f70656e3567732d616d663100600008000099f90701004000564001ff005000080099"
            "f90700000008",
     .holds = {"NGSetupResponse", "open5gs-amf1", "aMFRegionID 1", "RelativeAMFCapacity 255"}},
    {.from = "Magma tests",
     .hex = "002e4040000004000a000440010002005500048001000100260016157e00572d108f17ab63de8bdeba9a55e4c5dc12b1"
            "540079400f4013f184000200000013f184000088",
     .holds = {"UplinkNASTransport", "AMF-UE-NGAP-ID 65538", "RAN-UE-NGAP-ID 65537", "tAC 136"}},
    {.from = "Magma tests",
     .hex = "200e0011000002000a400200050055400480010001",
     .holds = {"InitialContextSetupResponse", "AMF-UE-NGAP-ID 5", "RAN-UE-NGAP-ID 65537"}},
    {.from = "Magma tests",
     .hex = "002a4017000003000a000200050055000480010001000f40020500",
     .holds = {"UEContextReleaseRequest", "radioNetwork user-inactivity"}},
    {.from = "Magma tests",
     .hex = "20290011000002000a400200050055400480010001",
     .holds = {"UEContextReleaseComplete", "RAN-UE-NGAP-ID 65537"}},
    {.from = "Magma tests",
     .hex = "201d0027000003000a400200050055400480010001004b40120000050e0003e0050505020000000b010000",
     .holds = {"PDUSessionResourceSetupResponse", "pDUSessionID 5", "value 05050502", "gTP-TEID 11",
               "qosFlowMappingIndication ul"}},
    /* The criticality of the procedure is reject, where TS 38.413 says ignore. */
    {.from = "PacketRusher",
     .hex = "002a001c000004000a0002000100550002000100850003000001000f40020500",
     .holds = {"UEContextReleaseRequest", "PDUSessionResourceListCxtRelReq", "pDUSessionID 1",
               "radioNetwork user-inactivity"},
     .said_otherwise = true},
    {.from = "OAI AMF tests",
     .hex = "002e403c000004000a0002000100550002000100260016157e00572d100028bf2f1de1bb679c5616d3b5de1a94007940"
            "0f4002f8290000e0000002f829000001",
     .holds = {"UplinkNASTransport", "nRCellIdentity 917504", "pLMNIdentity 02f829"}},
    {.from = "Open5GS tests",
     .hex = "00140013000002000f400200c000580006400160010001",
     .holds = {"NGReset", "partOfNG-Interface", "aMF-UE-NGAP-ID 1", "release-due-to-ngran-generated-reason"}},
    {.from = "Open5GS tests",
     .hex = "00150042000005001b00090009f10728000800000052400b0400354720674e422d43550066000d00000000010009f107"
            "00000008001540010001114009403035484c41423032",
     .holds = {"NGSetupRequest", "5G gNB-CU", "bits 27", "Extended-RANNodeName",
               "rANNodeNameVisibleString \"5HLAB02\""}},
    /* The extended name has a length as if a size constrained UTF8String, which it cannot (X.691): ignored. */
    {.from = "Open5GS tests",
     .hex = "0015003f000005001b00080045f0100000000400524009030035484c414230320066000d00000062280045f010000000"
            "08001540014001114009203035484c41423032",
     .holds = {"NGSetupRequest", "RANNodeName \"5HLAB02\"", "tAC 25128", "DefaultPagingDRX v128"},
     .said_otherwise = true},
    {.from = "free5GC tests",
     .hex = "00150035000004001b00080002f83910454647005240090300667265653547430066001000000000010002f839000010"
            "080102030015400140",
     .holds = {"NGSetupRequest", "free5GC", "bits 24", "value 4539975", "sD 66051"}},
    {.from = "gnbsim",
     .hex = "00150028000003001b00080099f907000000040066001000000000010099f90700001008ffffff0015400100",
     .holds = {"NGSetupRequest", "bits 22", "sD 16777215", "DefaultPagingDRX v32"}},
    {.from = "gnbsim",
     .hex = "000f40470000050055000200000026001d1c7e004179000d0199f9072143000000000000101001202e0480a000000079"
            "000f4099f907000004001099f907000001005a4001180070400100",
     .holds = {"InitialUEMessage", "nRCellIdentity 16385", "UEContextRequest requested"}},
    /* From here on some IEs come with another criticality than theirs. */
    {.from = "gnbsim",
     .hex = "002e4040000004000a000680c813f5328000550002000000260016157e00572d10afbafb7387a6d47054fff1fad35041"
            "f50079000f4099f907000004001099f907000001",
     .holds = {"UplinkNASTransport", "AMF-UE-NGAP-ID 859328295552", "NAS-PDU 7e00572d10"},
     .said_otherwise = true},
    {.from = "gnbsim",
     .hex = "200e0013000002000a000680c813f53280005500020000",
     .holds = {"InitialContextSetupResponse", "AMF-UE-NGAP-ID 859328295552"},
     .said_otherwise = true},
    {.from = "gnbsim",
     .hex = "002e4035000004000a000680c813f532800055000200000026000b0a7e04d7e0c2ab017e00430079000f4099f9070000"
            "04001099f907000001",
     .holds = {"UplinkNASTransport", "NAS-PDU 7e04d7e0c2ab017e0043"},
     .said_otherwise = true},
    {.from = "gnbsim",
     .hex = "201d0028000003000a000680c813f53280005500020000004b40110000010d0003e07f0000019acb04420001",
     .holds = {"PDUSessionResourceSetupResponse", "value 7f000001", "gTP-TEID 2596996162",
               "qosFlowIdentifier 1"},
     .said_otherwise = true},
    {0},
};

const struct field_message field_nas[] = {
    {.from = "a phone on the air (OnePlus 10 Pro)",
     .hex = "7e004179000d0100f110f0ff000010325476982e04f070f070",
     .holds = {"Registration request", "plmn \"00101\"", "msin \"0123456789\""}},
    {.from = "a commercial network",
     .hex = "7e00441b16012c",
     .holds = {"Registration reject", "N1 mode not allowed", "t3502 720"}},
    {.from = "a phone on the air (Ella Core tests)",
     .hex = "7e00417900350100f11000ff0101758cae48ebd0cf8275b6d0842b6e202f0cf3721c3eee3cd9900e30f1fe3fff2a1846"
            "bdcb633d11dfbccd55e7b01001042e02f0702f02010118010074000090530101",
     .holds = {"Registration request", "scheme 1", "key_id 1", "sms_requested true", "requested_nssai"}},
    {.from = "a phone of 460/68",
     .hex = "7e004179000bf264f086020040fb008d0e2e02f070",
     .holds = {"Registration request", "type 5g-guti", "plmn \"46068\"", "tmsi 4211117326"}},
    {.from = "free5GC",
     .hex = "7e00560002000021fc64081953bb33c0682edf1690b25821201094bbaf40940a8000c6a72c4efbaf0337",
     .holds = {"Authentication request", "rand fc64081953bb33c0682edf1690b25821",
               "autn 94bbaf40940a8000c6a72c4efbaf0337"}},
    {.from = "Magma tests",
     .hex = "7e00560002000021b4743d5176b8e545e1dc0368259a676c2010a49b6b3d656d800041c5729ed9e1f0d6",
     .holds = {"Authentication request", "autn a49b6b3d656d800041c5729ed9e1f0d6"}},
    {.from = "Magma tests",
     .hex = "7e0042010177000bf213f1840100404126ca1654070013f184000001150201015e0106",
     .holds = {"Registration accept", "plmn \"31148\"", "amf_set_id 1", "t3512 3600"}},
    {.from = "free5GC",
     .hex = "7e00680100202e0100c21100090100063131010100000601e80301e80359322905013c3c00011201",
     .holds = {"DL NAS transport", "payload_container 2e0100c2", "pdu_session_id 1"}},
    {.from = "UERANSIM",
     .hex = "7e005e7700094573806121856151f17100237e004179000d0102f8390000000000000000101001002e04f0f0f0f02f02"
            "0101530100",
     .holds = {"Security mode complete", "4370816125816151", "nas_message_container 7e0041"}},
    {.from = "UERANSIM",
     .hex = "7e00670100152e0101c1ffff91a12801007b000780000a00000d00120181220101250908696e7465726e6574",
     .holds = {"UL NAS transport", "initial request", "dnn \"internet\""}},
    /* Elements in an order of its own. */
    {.from = "Open5GS",
     .hex = "7e0042010177000bf200f110020040dd00b06454072000f11000000715020101210201005e0129",
     .holds = {"Registration accept", "tmsi 3707809892", "ims_vops_3gpp true", "t3512 32400"},
     .said_otherwise = true},
    {.from = "gnbsim",
     .hex = "7e00670100072e0101c1ffff93120181220401010203250908696e7465726e6574",
     .holds = {"UL NAS transport", "010203", "dnn \"internet\""}},
    {.from = "srsRAN 4G tests",
     .hex = "7e00680100252e0100c2110006010003300101060603e80603e8290501c0a80c7b25080764656661756c741201",
     .holds = {"DL NAS transport", "payload_container 2e0100c211"}},
    {.from = "gnbsim",
     .hex = "7e004571000bf202f839cafe0000000001",
     .holds = {"Deregistration request", "plmn \"20893\""}},
    {.from = "UERANSIM",
     .hex = "2e0101c1ffff91a12801007b000780000a00000d00",
     .holds = {"PDU session establishment request", "type"}},
    {.from = "free5GC",
     .hex = "2e0100c21100090100063131010100000601e80301e80359322905013c3c0001",
     .holds = {"PDU session establishment accept", "ipv4 3c3c0001"}},
    /* The session AMBR in another unit. */
    {.from = "srsRAN 4G tests",
     .hex = "2e0100c2110006010003300101060603e80603e8290501c0a80c7b25080764656661756c74",
     .holds = {"PDU session establishment accept", "ipv4 c0a80c7b"},
     .said_otherwise = true},
    {0},
};

const struct field_message field_pfcp[] = {
    {.from = "go-pfcp tests",
     .hex = "2001000c0000000000600004dfd52c00",
     .holds = {"Heartbeat Request"}},
    {.from = "go-pfcp tests",
     .hex = "21330112112233445566778811223300003c001d0207676f2d70666370036570630b336770706e6574776f726b036f72"
            "6700130001010028000200130039000d0211111111222222227f0000010008002900380002ffff001500090111111111"
            "7f0000010015000901111111117f000001005d0005027f0000010033000d00340004ffffffff00350001010036001700"
            "340004ffffffff00350001010037000182006e00010100410007017f00000100010072000300ffff0080002800830001"
            "010015000901111111117f0000010015000901111111117f000001005d0005027f00000100c3001b00c40004ffffffff"
            "00c50004ffffffff00c600070112345678900100dc000f00de00010100df00010100e0000101",
     .holds = {"Session Establishment Response", "127.0.0.1"}},
    {.from = "go-pfcp tests",
     .hex = "2138024f112233445566778811223300002700010f0053001300380002ffff002d000303ffff00fa0002ffff0050015e"
            "00510004ffffffff00680004ffffffff003f0003ffffff004b0004dfd52c00004c0004dfd52c00004200313f11111111"
            "111111112222222222222222333333333333333344444444444444445555555555555555666666666666666600430004"
            "0000000a004400440018002168747470733a2f2f6769746875622e636f6d2f776d6e736b2f676f2d706663702f005b00"
            "07676f2d70666370005c000a010007676f2d7066637000380002ffff005d0005027f00000100450004dfd52c00004600"
            "04dfd52c00005a00010f007d0004ffffffff009c0004dfd52c00008f004a009000210412345678900112345678900212"
            "34567890031234567890040307f9ff0307f9ff0091002104123456789001123456789002123456789003123456789004"
            "0307f9ff0307f9ff00bd001700bf0009067f0000017f00000100c00006067f0000011800be001700bf0009067f000001"
            "7f00000100c00006067f000001180063000d0015000901111111117f0000010033000d00340004ffffffff0035000101"
            "0036001700340004ffffffff00350001010037000182006e000101007e000280ff00a10001010039000d021111111122"
            "2222227f00000100fc001d006d0004ffffffff00c1001107111122223333444400000000dfd52c0000c9000b00ca0007"
            "676f2d7066637000d6003800d70001ff00d8000500d900010100f70026007c00010100f8000d0f111111112222222233"
            "333333009c0004dfd52c00004b0004dfd52c00",
     .holds = {"Session Report Request", "seid 1234605616436508552", "total 1229782938247303441",
               "teid 286331153"}},
    {0},
};
/* clang-format on */
