<?php
// Loaded before an integration: its TLS requests become plain ones to the server of the test, whatever their host.
// An unqualified call in a namespace finds the namespace's function before PHP's own.

namespace Acme\Support;

function curl_exec($handle)
{
    $url = curl_getinfo($handle, CURLINFO_EFFECTIVE_URL);
    curl_setopt($handle, CURLOPT_URL, preg_replace('#^https://#', 'http://', $url));
    curl_setopt($handle, CURLOPT_CONNECT_TO, ['::127.0.0.1:' . getenv('PROOF_PORT')]);
    return \curl_exec($handle);
}
