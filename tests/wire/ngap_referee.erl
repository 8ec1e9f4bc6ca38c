%% SPDX-License-Identifier: Apache-2.0
%% Decodes each line "TYPE HEX" of a file with the codec NGAP and encodes it again; says which ones differ.
-module(ngap_referee).
-export([main/1]).

main([File]) ->
    {ok, Content} = file:read_file(File),
    Lines = string:lexemes(binary_to_list(Content), "\n"),
    Wrong = [Line || Line <- Lines, not same(string:lexemes(Line, " "))],
    io:format("~w values compared, ~w differ~n", [length(Lines), length(Wrong)]),
    case Lines =/= [] andalso Wrong =:= [] of
        true -> ok;
        false -> halt(1)
    end.

same([Type, Hex]) ->
    Bytes = binary:decode_hex(list_to_binary(Hex)),
    Name = list_to_atom(Type),
    try
        {ok, Value} = 'NGAP':decode(Name, Bytes),
        {ok, Bytes} = 'NGAP':encode(Name, Value),
        true
    catch
        _:Reason ->
            io:format("~s ~s~n    ~P~n", [Type, Hex, Reason, 30]),
            false
    end.
