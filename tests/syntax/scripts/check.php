<?php

foreach (array_slice($argv, 1) as $path) {
    try {
        token_get_all(file_get_contents($path), TOKEN_PARSE);
        echo "ok\n";
    } catch (ParseError $error) {
        echo "bad\n";
    }
}
