TOKEN=$POND_SERVICE_TOKEN
RUN=$(curl -sX POST $POND/v1/runs -H "Authorization: Bearer $TOKEN" \
-H 'content-type: application/json' \
-d '{"projectId":"…","definition":{"stages":[{"key":"x","name":"x","executor":{"kind":"noop"}}]}}' \
| jq -r .id)
# poll
while :; do
s=$(curl -s $POND/v1/runs/$RUN -H "Authorization: Bearer $TOKEN" | jq -r .run.status)
echo "$s"; [ "$s" = done ] || [ "$s" = failed ] && break; sleep 1.5
done
