for path; do
    if bash -n "$path" 2>/dev/null; then echo ok; else echo bad; fi
done
